import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findSandbox } from '../../plugin/io/sandbox.ts'
import { withAttackTable } from '../lab/attack-table.ts'

/** The tests of the sandbox are only listed where one works. */
const isWhole = findSandbox(process.env['PATH'] ?? '') !== undefined

it.skipIf(!isWhole)(
  'the safety page names every attack that a test makes, and no other',
  { timeout: 120_000 },
  () => {
    const page = readFileSync('docs/safety.md', 'utf8')
    expect(withAttackTable(page)).toBe(page)
    expect(Number(/^(\d+) attacks, by kind:$/m.exec(page)?.[1])).toBeGreaterThanOrEqual(150)
  },
)
