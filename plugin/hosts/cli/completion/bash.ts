import type { CommandEntry } from '../command-table.ts'
import { commandNames, flagsOf, quoted } from './flags.ts'

/** The script for bash 3.2 and newer. Where it offers nothing, bash completes the names of files. */
export function bashScript(table: readonly CommandEntry[]): string {
  return `# Completion of tortoise for bash. In ~/.bashrc: source <(tortoise completion bash)
_tortoise() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${offer([...commandNames(table), '--help', '--version'])}
    return
  fi
  case \${COMP_WORDS[1]} in
${table.map(branch).join('\n')}
    help) ${offer(commandNames(table))} ;;
  esac
}
complete -o default -F _tortoise tortoise
`
}

const offer = (words: readonly string[]): string =>
  `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$word"))`

/** The words that may follow one command: those of the option before, or options and arguments. */
function branch(entry: CommandEntry): string {
  const flags = flagsOf(entry)
  const values = flags.flatMap(({ names, value }) =>
    value === undefined ? [] : [`${names.join('|')}) ${typeof value === 'string' ? ':' : offer(value)} ;;`],
  )
  const words = [
    ...flags.flatMap(({ names }) => names.filter((name) => name.startsWith('--'))),
    ...entry.arguments.flatMap(({ choices = [] }) => choices),
  ]
  const cases = [...values, `*) ${offer(words)} ;;`].map((line) => `        ${line}`)
  return [`    ${entry.name})`, '      case $before in', ...cases, '      esac ;;'].join('\n')
}
