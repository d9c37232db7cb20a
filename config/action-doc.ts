import { parse } from 'yaml'

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

/** The reference of the Action as Markdown, from the text of its `action.yml` alone. */
export function actionReference(text: string): string {
  const { inputs, outputs } = parse(text) as Manifest
  return [
    '# The GitHub Action: inputs and outputs',
    '',
    'How to set it up: [quick start](start/action.md). What no input says comes from [tortoise.yaml](settings.md).',
    '',
    '| Input | Default | Meaning |',
    '|---|---|---|',
    ...Object.entries(inputs).map(
      ([name, { description, default: usual = '' }]) =>
        `| \`${name}\` | ${usual === '' ? '' : `\`${usual}\``} | ${cell(description)} |`,
    ),
    '',
    '| Output | Meaning |',
    '|---|---|',
    ...Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`),
    '',
  ].join('\n')
}

const cell = (text: string): string => text.trim().replaceAll('\n', ' ').replaceAll('|', '\\|')
