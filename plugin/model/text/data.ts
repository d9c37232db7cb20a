import { withoutCommands } from './clean.ts'
import { redacted } from './secrets.ts'
import { madeText, type Text } from './text.ts'

/** Text for programs: JSON, manifests, scripts. */
export type Data = Text<'data'>

/** Characters that JSON leaves as they are and a terminal or a runner would act on. */
const active = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{DI}]|(?<=#)#(?=[a-z]*\[)/giu

const escaped = (one: string): string =>
  Array.from(
    { length: one.length },
    (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

/** JSON with the same data, in which control, invisible and direction characters are escaped and secrets are struck out. */
export function json(value: unknown, indent: 0 | 2 = 2): Data {
  const text = JSON.stringify(
    value,
    (_, one: unknown) => (typeof one === 'string' ? redacted(one) : one),
    indent,
  )
  return madeText('data', `${text.replace(active, escaped)}\n`)
}

/** Text that is for programs as it is: rendered manifests, completion scripts, metrics. No name or message is shown this way. */
export const verbatim = (text: string): Data => madeText('data', text)

/** A table in CSV, in which secrets are struck out and no line is a command of a runner. Its cells show every character already. */
export const csv = (text: string): Data => madeText('data', redacted(text), withoutCommands)
