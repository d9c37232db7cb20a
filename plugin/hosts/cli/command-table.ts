import { readFileSync } from 'node:fs'
import { Argument, Command, Option } from 'commander'

/** An argument of a command: `<source>`, `[dir]`. */
export interface ArgumentEntry {
  readonly name: string
  readonly description: string
  readonly defaultValue?: unknown
  readonly choices?: readonly string[]
}

/** An option of a command: `-o, --output <format>`. */
export interface OptionEntry {
  readonly flags: string
  readonly description: string
  readonly defaultValue?: unknown
  readonly choices?: readonly string[]
}

/** What help and shell completion show of a command. */
export interface CommandEntry {
  readonly name: string
  readonly description: string
  readonly arguments: readonly ArgumentEntry[]
  readonly options: readonly OptionEntry[]
}

/** What `--debug`, an option of every command, does. */
export const debugDescription =
  'also print what kustomize, Helm and other programs say when they fail; not in CI'

/** The table that the build writes beside the program, so that help and completion load no command. */
export const readCommandTable = (): readonly CommandEntry[] =>
  JSON.parse(readFileSync(new URL('commands.json', import.meta.url), 'utf8')) as readonly CommandEntry[]

/** The entry of a command in the table. */
export const entryOf = (command: Command): CommandEntry => ({
  name: command.name(),
  description: command.description(),
  arguments: command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return {
      name: one.required ? `<${name}>` : `[${name}]`,
      description: one.description,
      defaultValue: one.defaultValue,
      ...(one.argChoices && { choices: one.argChoices }),
    }
  }),
  options: command.options.map(({ flags, description, defaultValue, argChoices }) => ({
    flags,
    description,
    defaultValue,
    ...(argChoices && { choices: argChoices }),
  })),
})

/** A command that prints the help of an entry and does nothing else. */
export function commandFrom(entry: CommandEntry): Command {
  const command = new Command(entry.name).description(entry.description)
  for (const { name, description, defaultValue, choices } of entry.arguments) {
    const argument = new Argument(name, description).default(defaultValue)
    command.addArgument(choices === undefined ? argument : argument.choices(choices))
  }
  for (const { flags, description, defaultValue, choices } of entry.options) {
    const option = new Option(flags, description).default(defaultValue)
    command.addOption(choices === undefined ? option : option.choices(choices))
  }
  return command
}
