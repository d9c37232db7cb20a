import { visible } from './clean.ts'
import { json } from './data.ts'
import { redacted } from './secrets.ts'
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

/** The same as pairs, as slog's text handler writes them: `level=info msg="run started" schedule=prod`. */
export function logfmtLine(fields: LogFields): LogLine {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(visible(redacted(String(value))))}`],
  )
  return madeText('log', `${pairs.join(' ')}\n`)
}

const quoted = (text: string): string => (/^[^\s"=\\]+$/.test(text) ? text : JSON.stringify(text))
