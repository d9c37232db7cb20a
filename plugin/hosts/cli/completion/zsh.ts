import type { ArgumentEntry, CommandEntry } from '../command-table.ts'
import { type Flag, flagsOf, helpDescription, quoted } from './flags.ts'

/** The script for zsh, to be sourced after `compinit` or placed in `fpath` as `_tortoise`. */
export function zshScript(table: readonly CommandEntry[]): string {
  const described = [...table, { name: 'help', description: helpDescription }].map(({ name, description }) =>
    quoted(`${name}:${description}`),
  )
  return `#compdef tortoise
# Completion of tortoise for zsh. In ~/.zshrc, after compinit: source <(tortoise completion zsh)
_tortoise() {
  local -a commands=(${described.join(' ')})
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${table.map(branch).join('\n')}
    help) _describe command commands ;;
  esac
}
if [[ $funcstack[1] == _tortoise ]]; then _tortoise; else compdef _tortoise tortoise; fi
`
}

const branch = (entry: CommandEntry): string =>
  `    ${entry.name}) _arguments ${[...flagsOf(entry).flatMap(flagSpecs), ...entry.arguments.map(argumentSpec)].join(' ')} ;;`

const actions = { dir: '_files -/', file: '_files', text: ' ' } as const

/** `*` lets an option come again. */
function flagSpecs({ names, description, value }: Flag): readonly string[] {
  const text = description.replaceAll(/[[\]\\:]/g, '\\$&')
  const action =
    value === undefined ? '' : typeof value === 'string' ? actions[value] : `(${value.join(' ')})`
  return names.map((name) => quoted(`*${name}[${text}]${action && `:value:${action}`}`))
}

const argumentSpec = ({ name, choices }: ArgumentEntry): string =>
  quoted(`:${name.replaceAll(/[^a-z]/g, '')}:${choices === undefined ? '_files' : `(${choices.join(' ')})`}`)
