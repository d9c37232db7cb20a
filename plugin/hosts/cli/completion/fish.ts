import type { CommandEntry } from '../command-table.ts'
import { commandNames, type FlagValue, flagsOf, helpDescription, quoted } from './flags.ts'

/** The script for fish. */
export function fishScript(table: readonly CommandEntry[]): string {
  const commands = [...table, { name: 'help', description: helpDescription }].map(
    ({ name, description }) =>
      `complete -c tortoise -n __fish_use_subcommand -f -a ${name} -d ${text(description)}`,
  )
  return [
    '# Completion of tortoise for fish: tortoise completion fish | source',
    ...commands,
    ...table.flatMap(linesOf),
    after('help', `-f -a ${quoted(commandNames(table).join(' '))}`),
    '',
  ].join('\n')
}

const after = (command: string, words: string): string =>
  `complete -c tortoise -n '__fish_seen_subcommand_from ${command}' ${words}`

const text = (words: string): string => quoted(words.replaceAll('\\', '\\\\'), "\\'")

function linesOf(entry: CommandEntry): readonly string[] {
  const flags = flagsOf(entry).map(({ names, description, value }) =>
    after(entry.name, `${names.map(nameOf).join(' ')} ${valueWords(value)}-d ${text(description)}`),
  )
  const words = entry.arguments.flatMap(({ choices }) =>
    choices === undefined ? [] : [after(entry.name, `-f -a ${quoted(choices.join(' '))}`)],
  )
  return [...flags, ...words]
}

const nameOf = (name: string): string =>
  name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`

function valueWords(value: FlagValue): string {
  switch (value) {
    case undefined:
      return ''
    case 'dir':
      return "-x -a '(__fish_complete_directories)' "
    case 'file':
      return '-r '
    case 'text':
      return '-x '
    default:
      return `-x -a ${quoted(value.join(' '))} `
  }
}
