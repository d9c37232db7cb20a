import type { CommandEntry } from '../../plugin/hosts/cli/command-table.ts'
import { debugDescription } from '../../plugin/hosts/cli/command-table.ts'
import { verbosityDescriptions } from '../../plugin/hosts/cli/verbosity.ts'

/** The reference of the command line in Markdown, made from the commands themselves. */
export const commandsPage = (commands: readonly CommandEntry[]): string => {
  const everywhere = [
    ['-q, --quiet', verbosityDescriptions.quiet],
    ['-v, --verbose', verbosityDescriptions.verbose],
    ['--debug', debugDescription],
    ['-h, --help', 'print the options of a command'],
  ]
  return `# Commands

This page is generated from the program. \`tortoise COMMAND --help\` prints the same.

Results go to stdout, progress, warnings and errors to stderr. Exit codes: 0 done; 1 refused, or changes are pending with \`--check\`; 2 an expected stop, with
what, where and how to fix it; 70 a bug. With \`-o json\`, results follow [published schemas](../config).

Every command has these options:

${table(
  ['Option', 'What it does'],
  everywhere.map(([flags = '', description = '']) => [code(flags), description]),
)}

${commands.map(section).join('\n\n')}
`
}

const code = (text: string): string => `\`${text}\``

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

function section({ name, description, arguments: given, options }: CommandEntry): string {
  const usage = [
    'tortoise',
    name,
    ...given.map((one) => one.name),
    ...(options.length > 0 ? ['[options]'] : []),
  ]
  const rows = [
    ...given.map((one) => [code(one.name), described(one)]),
    ...options.map((one) => [code(one.flags), described(one)]),
  ]
  const text = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`
  return [
    `## ${name}`,
    `${text}\n\n\`\`\`text\n${usage.join(' ')}\n\`\`\``,
    ...(rows.length === 0 ? [] : [table(['Argument or option', 'What it does'], rows)]),
  ].join('\n\n')
}

function described({
  description,
  defaultValue,
  choices,
}: Pick<CommandEntry['options'][number], 'description' | 'defaultValue' | 'choices'>): string {
  const said = [
    choices === undefined ? '' : `One of ${choices.map(code).join(', ')}.`,
    defaultValue === undefined ? '' : `Default: ${code(String(defaultValue))}.`,
  ].filter(Boolean)
  const ended = /[.:]$/.test(description) || said.length === 0 ? description : `${description}.`
  return [ended, ...said].filter(Boolean).join(' ')
}
