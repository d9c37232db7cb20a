import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { type LogFields, type LogLine, logfmtLine, logLine } from '../../model/text/log.ts'

/** The levels of the log, the least important first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
/** JSON, or `key=value` pairs for people. */
export const logFormats = ['json', 'text'] as const
export type LogFormat = (typeof logFormats)[number]

/** Writes one event on one line: `time`, `level` and `msg`, as slog and logrus name them, and these fields. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void

/** How a log is written. */
export interface LogOptions {
  readonly level?: LogLevel
  readonly format?: LogFormat
}

/** A log of lines; events below the level are left out. */
export function createLog(
  write: (text: LogLine) => void,
  now: () => Date,
  { level: least = 'info', format = 'json' }: LogOptions = {},
): Log {
  const line = format === 'json' ? logLine : logfmtLine
  return (level, msg, fields = {}) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return
    write(line({ time: now().toISOString(), level, msg, ...fields }))
  }
}

/** What a run does in each of its stages. */
const stages: Readonly<Record<string, string>> = {
  read: 'reading usage',
  discover: 'looking for sources',
  repository: 'working on a repository',
  render: 'rendering sources',
  trace: 'tracing fields',
  prove: 'proving changes',
  backtest: 'replaying history',
  deliver: 'delivering changes',
  onboard: 'proposing first settings',
  notify: 'sending summaries',
}

/** Writes the progress of a run to the log: its stages at level `debug`, without single steps. */
export const logProgress =
  (log: Log, schedule: string): Progress =>
  (event) => {
    switch (event.kind) {
      case 'stage':
        return log('debug', stages[event.stage] ?? event.stage, { schedule, detail: event.detail })
      case 'note':
        return log('info', event.message, { schedule })
      case 'warning':
        return log('warn', event.message, { schedule })
      case 'step':
        return
      default:
        return event satisfies never
    }
  }

/** The text of an error: the problems of an expected stop, or the stack of a bug. */
export const errorText = (error: unknown): string =>
  error instanceof ExpectedStop
    ? error.problems.map(printProblem).join('; ')
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)
