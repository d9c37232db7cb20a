import { expect, it } from 'vitest'
import { createLog, type LogOptions, logProgress } from '../../../../plugin/hosts/daemon/log.ts'

const now = () => new Date('2026-01-02T03:04:05Z')

function logged(options: LogOptions): string {
  const lines: string[] = []
  const log = createLog((line) => lines.push(line.toString()), now, options)
  const progress = logProgress(log, 'daily')
  progress({ kind: 'stage', stage: 'render', detail: '3 sources' })
  progress({ kind: 'step', stage: 'render', done: 1, total: 3 })
  progress({ kind: 'warning', message: 'a "quoted" name\nand more' })
  log('info', 'run finished', { schedule: 'daily', duration_seconds: 1.5, commit: undefined })
  return lines.join('')
}

it('writes one event on one line, with the names of slog', () => {
  expect(logged({})).toBe(
    [
      '{"time":"2026-01-02T03:04:05.000Z","level":"warn","msg":"a \\"quoted\\" name and more","schedule":"daily"}\n',
      '{"time":"2026-01-02T03:04:05.000Z","level":"info","msg":"run finished","schedule":"daily","duration_seconds":1.5}\n',
    ].join(''),
  )
})

it('leaves out what is below the level, and says what a run does at level debug', () => {
  expect(logged({ level: 'error' })).toBe('')
  expect(logged({ level: 'debug' }).split('\n')[0]).toContain('"msg":"rendering sources"')
})

it('writes pairs for people', () => {
  expect(logged({ format: 'text' }).split('\n')).toEqual([
    'time=2026-01-02T03:04:05.000Z level=warn msg="a \\"quoted\\" name and more" schedule=daily',
    'time=2026-01-02T03:04:05.000Z level=info msg="run finished" schedule=daily duration_seconds=1.5',
    '',
  ])
})
