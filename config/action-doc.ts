import { parse } from 'yaml'

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

/** The reference page of the Action as Markdown, generated from the text of `action.yml`. */
export function actionReference(text: string): string {
  const { inputs, outputs } = parse(text) as Manifest
  return [
    '# The GitHub Action: inputs and outputs',
    '',
    'To set it up, see the [quick start](start/action.md). Everything that is not an input is a setting in [tortoise.yaml](settings.md).',
    '',
    '| Input | Default | Meaning |',
    '|---|---|---|',
    ...Object.entries(inputs).map(
      ([name, { description, default: value = '' }]) =>
        `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${cell(description)} |`,
    ),
    '',
    '| Output | Meaning |',
    '|---|---|',
    ...Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`),
    '',
  ].join('\n')
}

const cell = (text: string): string => text.trim().replaceAll('\n', ' ').replaceAll('|', '\\|')
