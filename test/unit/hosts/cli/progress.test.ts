import { describe, expect, it } from 'vitest'
import { liveColumns, terminalProgress, usesColour } from '../../../../plugin/hosts/cli/progress.ts'

const shownOn = (columns: number | undefined) => {
  const written: string[] = []
  const made = terminalProgress({ columns, write: (text) => written.push(text.toString()) })
  return { ...made, written }
}

/** What a terminal shows of texts that only go back to the start of a line. */
function lines(written: readonly string[]): readonly string[] {
  return written
    .join('')
    .split('\n')
    .map((line) => {
      let shown: string[] = []
      for (const part of line.split('\r')) shown = [...part, ...shown.slice(part.length)]
      return shown.join('').trimEnd()
    })
}

describe('the live line', () => {
  it('is replaced by the next one, and gone before a result', () => {
    const { progress, clear, written } = shownOn(80)
    progress({ kind: 'stage', stage: 'render', detail: '12 sources of a long name' })
    progress({ kind: 'step', stage: 'trace', done: 1, total: 2 })
    expect(lines(written)).toEqual(['trace 1/2'])
    clear()
    written.push('32 values of 10 workloads should change.\n')
    expect(lines(written)).toEqual(['32 values of 10 workloads should change.', ''])
    expect(written.join('')).not.toContain('\u001b')
  })

  it('is gone before a warning', () => {
    const { progress, written } = shownOn(80)
    progress({ kind: 'stage', stage: 'discover', detail: 'a directory' })
    progress({ kind: 'warning', message: 'skipped' })
    expect(lines(written)).toEqual(['warning: skipped', ''])
  })

  it('fits the terminal', () => {
    const { progress, written } = shownOn(10)
    progress({ kind: 'note', message: 'longer than the terminal is wide' })
    expect(lines(written)).toEqual(['longer th'])
  })

  it('is not written to a file, where warnings are', () => {
    const { progress, clear, written } = shownOn(undefined)
    progress({ kind: 'stage', stage: 'render' })
    progress({ kind: 'warning', message: 'skipped' })
    clear()
    expect(written).toEqual(['warning: skipped\n'])
  })
})

describe('a terminal', () => {
  it.each([
    ['a terminal', true, {}, 100],
    ['a pipe', false, {}, undefined],
    ['a log of CI', true, { CI: 'true' }, undefined],
    ['a terminal without control of the line', true, { TERM: 'dumb' }, undefined],
    ['a terminal without colours', true, { NO_COLOR: '1' }, undefined],
  ] as const)('%s has a live line as wide as it is, or none', (_, isTTY, env, columns) => {
    expect(liveColumns({ isTTY, columns: 100 }, env)).toBe(columns)
  })

  it('of no known width counts as one of 80 columns', () => {
    expect(liveColumns({ isTTY: true, columns: 0 }, {})).toBe(80)
  })

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [true, { CI: 'true' }, false],
  ] as const)('has colours as its user says (terminal: %s, %j)', (isTTY, env, colour) => {
    expect(usesColour(isTTY, env)).toBe(colour)
  })
})
