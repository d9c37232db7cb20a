import { expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredWorkload } from '../../../plugin/model/declared.ts'
import { formatMemory, toBytes } from '../../../plugin/model/quantity.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { isMillibytes } from '../../../plugin/recommend/millibytes.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: 14 * 24 }

function decide(correctMillibytes: boolean, memory = 300) {
  const values = { 'requests.memory': '512m', 'limits.memory': '512m' }
  const declared: DeclaredWorkload = { workload, containers: [{ name: 'app', role: 'main', values }] }
  const usage = recordedUsage({ cpu: () => 100, memory: () => memory * 1024 ** 2 }, frame)
  const { profile: _, ...options } = settingsSchema.parse({ recommend: { correctMillibytes } }).recommend
  const observation = observationWith({ containers: [{ container: 'app', ...usage, oomKills: 0 }] })
  return recommend({ workloads: [declared] }, [observation], {
    options,
    rules: [],
    guarded: true,
    lastChange: () => undefined,
  }).map((one) =>
    one.verdict === 'change'
      ? [printValue(one.field, one.to, '512m'), one.because[0]?.rule]
      : [one.verdict === 'unsure' ? one.missing : one.verdict],
  )
}

it('memory in thousandths of a byte is named as a slip, and kept', () => {
  expect(decide(false)[0]?.[0]).toMatch(/^The memory 512m is 0\.512 bytes, .* probably 512Mi is meant/)
})

it('it becomes what is recommended from what is meant when settings allow it, written in Mi', () => {
  expect(decide(true)).toEqual([
    ['360Mi', 'memory.slip'],
    ['360Mi', 'memory.slip'],
  ])
})

it('it becomes what is meant where usage calls for no change', () => {
  expect(decide(true, 440)).toEqual([
    ['512Mi', 'memory.slip'],
    ['512Mi', 'memory.slip'],
  ])
})

it.each([
  ['512m', true],
  ['64m', true],
  ['1073741824000m', false],
  ['512Mi', false],
  ['512M', false],
  [undefined, false],
])('%s is a slip: %s', (text, expected) => {
  expect(isMillibytes(text)).toBe(expected)
})

it('an amount that somebody computed in thousandths of a byte is written in bytes', () => {
  expect(formatMemory(toBytes('1Gi') ?? (0 as never), '1073741824000m')).toBe('1073741824')
})
