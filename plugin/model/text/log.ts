import { visible } from './clean.ts'
import { json } from './data.ts'
import { madeText, type Text } from './text.ts'

/** A line of the daemon's log. */
export type LogLine = Text<'log'>

/** Fields of a log line. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** One line of JSON whose texts show every character on one line, so that they are harmless where a viewer decodes them. */
export function logLine(fields: LogFields): LogLine {
  const shown = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? visible(value) : value,
  ])
  return madeText('log', json(Object.fromEntries(shown), 0).toString())
}
