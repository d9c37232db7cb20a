import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { type LogFields, type LogLine, logLine } from '../../model/text/log.ts'

/** Writes one line of JSON, with these fields besides time, level and message. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: LogFields) => void

/** A log of JSON lines. */
export const createLog =
  (write: (text: LogLine) => void, now: () => Date): Log =>
  (level, message, fields = {}) =>
    write(logLine({ time: now().toISOString(), level, message, ...fields }))

/** Writes the progress of a run to the log, without single steps. */
export const logProgress =
  (log: Log, schedule: string): Progress =>
  (event) => {
    switch (event.kind) {
      case 'stage':
        return log('info', event.stage, { schedule, detail: event.detail })
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
