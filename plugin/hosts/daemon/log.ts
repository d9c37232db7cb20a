import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'

/** What a log line says beside its time. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes one line of JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: LogFields) => void

/** A log of lines of JSON, as collectors in clusters read them. */
export const createLog =
  (write: (text: string) => void, now: () => Date): Log =>
  (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`)

/** Progress of a run as log lines; single steps are too many. */
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

/** What is said of an error: the problems of an expected stop, the trace of a bug. */
export const errorText = (error: unknown): string =>
  error instanceof ExpectedStop
    ? error.problems.map(printProblem).join('; ')
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)
