import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'

/** Fields of a log line, besides time, level and message. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes one line of JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: LogFields) => void

/** A log of JSON lines. */
export const createLog =
  (write: (text: string) => void, now: () => Date): Log =>
  (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`)

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
