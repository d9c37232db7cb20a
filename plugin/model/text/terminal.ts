import { visible, withoutCommands } from './clean.ts'
import { redacted } from './secrets.ts'
import { createWriter, madeText, type Text } from './text.ts'

/** Text for a terminal, which is also the log of a CI job: no control character but our own, no workflow command. */
export type Terminal = Text<'terminal'>

/** Writes text for terminals. What it takes in stays on its line and shows every character. */
export const terminal = createWriter('terminal', { escaped: visible, finish: withoutCommands })

/**
 * A text whose line ends are meant, such as a diff, a settings file or what a program printed: each line shows every
 * character, and tabs stay.
 */
export const terminalLines = (text: string): Terminal =>
  madeText(
    'terminal',
    redacted(text)
      .split(/\r?\n/)
      .map((line) => line.split('\t').map(visible).join('\t'))
      .join('\n'),
    withoutCommands,
  )
