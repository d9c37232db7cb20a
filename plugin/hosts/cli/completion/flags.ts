import { type CommandEntry, debugDescription, type OptionEntry } from '../command-table.ts'
import { verbosityDescriptions } from '../verbosity.ts'

/** An option as a shell completes it. */
export interface Flag {
  /** `-o` and `--output`. */
  readonly names: readonly string[]
  readonly description: string
  readonly value: FlagValue
}

/** What follows an option: one of some words, a directory, a file, any text, or nothing. */
export type FlagValue = readonly string[] | 'dir' | 'file' | 'text' | undefined

/** The options of a command, `--help` included. */
export const flagsOf = ({ options }: CommandEntry): readonly Flag[] => [
  ...options.map(flagOf),
  { names: ['-q', '--quiet'], description: verbosityDescriptions.quiet, value: undefined },
  { names: ['-v', '--verbose'], description: verbosityDescriptions.verbose, value: undefined },
  { names: ['--debug'], description: debugDescription, value: undefined },
  { names: ['-h', '--help'], description: helpDescription, value: undefined },
]

function flagOf({ flags, description, choices }: OptionEntry): Flag {
  const [, name] = /<([^>]+)>/.exec(flags) ?? []
  const named = name === 'dir' || name === 'file' ? name : 'text'
  return {
    names: flags.match(/(?<!\S)--?[a-z-]+/g) ?? [],
    description,
    value: name === undefined ? undefined : (choices ?? named),
  }
}

/** What `help` and `--help` do. */
export const helpDescription = 'display help for command'

/** The names of all commands, `help` last. */
export const commandNames = (table: readonly CommandEntry[]): readonly string[] => [
  ...table.map(({ name }) => name),
  'help',
]

/** Text in single quotes. `quote` is how the shell writes a quote between them. */
export const quoted = (text: string, quote = "'\\''"): string => `'${text.replaceAll("'", quote)}'`
