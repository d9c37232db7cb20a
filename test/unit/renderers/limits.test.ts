import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../plugin/io/process.ts'
import { createPrograms } from '../../../plugin/io/programs.ts'
import type { ExpectedStop } from '../../../plugin/model/problem.ts'
import { limitsOf, outputOf, wasRefused } from '../../../renderers/ports.ts'

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  command: 'helm',
  exitCode: 0,
  stdout: 'a: b',
  stderr: '',
  elapsedMs: 100,
  timedOut: false,
  tooLong: false,
  tooLarge: false,
  ...more,
})
const ports = { programs: createPrograms({}, '') }

describe('the time that a rendering may take', () => {
  it('is a minute, and with markers 8 seconds or eight times the plain rendering of the source', () => {
    const [quick, slow] = ['quick', 'slow'].map((path) => ({ kind: 'helm', id: path, path }) as const)
    if (quick === undefined || slow === undefined) throw new Error('no source')
    outputOf(quick, outcome(), { files: [], options: undefined })
    outputOf(slow, outcome({ elapsedMs: 3_000 }), { files: [], options: {} })
    // A rendering with markers says nothing of the time without.
    outputOf(slow, outcome({ elapsedMs: 10 }), { files: [], options: { marked: true } })
    expect(limitsOf(slow, ports)).toEqual({ timeoutMs: 60_000 })
    expect(limitsOf(quick, ports, { marked: true })).toEqual({ timeoutMs: 8_000 })
    expect(limitsOf(slow, ports, { marked: true })).toEqual({ timeoutMs: 24_000 })
    expect(limitsOf(slow, { ...ports, timeoutMs: 12_000 }, { marked: true })).toEqual({ timeoutMs: 12_000 })
  })

  it('ends in a problem of its own', () => {
    const source = { kind: 'helm', id: 'late', path: 'late' }
    const codeOf = (ended: Partial<Outcome>) => {
      try {
        outputOf(source, outcome({ exitCode: null, ...ended }), { files: [], options: undefined })
      } catch (error) {
        return (error as ExpectedStop).problems[0]?.code
      }
      return undefined
    }
    expect(codeOf({ timedOut: true })).toBe('source.timeout')
    expect(codeOf({ tooLarge: true })).toBe('source.render')
  })
})

it('a refusal is kept only where the program itself refused its input', () => {
  const source = { kind: 'helm', id: 'refused', path: 'refused' }
  const isRefusal = (ended: Partial<Outcome>): boolean => {
    try {
      outputOf(source, outcome({ exitCode: 1, ...ended }), { files: [], options: undefined })
    } catch (error) {
      return wasRefused(error)
    }
    return false
  }
  expect(isRefusal({ stderr: 'Error: template: web/templates/a.yaml:3: function "x" not defined' })).toBe(
    true,
  )
  expect(isRefusal({ stderr: 'bwrap: setting up uid map: Permission denied' })).toBe(false)
  expect(isRefusal({ stderr: 'unshare: unshare failed: Operation not permitted' })).toBe(false)
  expect(isRefusal({ exitCode: 137 })).toBe(false)
  expect(isRefusal({ tooLarge: true })).toBe(false)
})
