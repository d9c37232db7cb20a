import { sectionExamples } from './examples.ts'
import { settingsJsonSchema } from './schema.ts'
import { schemaLine } from './schema-url.ts'
import { holdsOperatorSettingsAlone, isOperatorSetting } from './setting-kinds.ts'

interface Node {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly const?: string
  readonly default?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: unknown
}

/** The settings reference as Markdown, generated from the schema: a section for each setting at the top. */
export function settingsReference(): string {
  const { properties = {} } = settingsJsonSchema() as Node
  return [
    '# Settings',
    '',
    'All settings. Settings of kind `repository` belong into `tortoise.yaml` at the root of the repository. Settings of kind',
    '`operator` come from the host, not from the repository that is reviewed: [operator settings](operator-settings.md) says how.',
    'Every setting is optional unless the table says `required`.',
    '',
    'Editors with a YAML language server complete and check the files, and show what each setting means. `tortoise init` writes the line',
    'that names the schema:',
    '',
    '```yaml',
    schemaLine('tortoise'),
    '```',
    '',
    'The schemas are also in the package, as `config/tortoise.schema.json` and `config/operator.schema.json`. `$schema` at the top of a file',
    'is accepted in its place.',
    '',
    ...Object.entries(properties).flatMap(([name, node]) => sectionOf(name, node)),
  ].join('\n')
}

function sectionOf(name: string, node: Node): readonly string[] {
  const example = sectionExamples[name]
  return [
    `## \`${name}\``,
    '',
    ...(example === undefined ? [] : ['```yaml', example, '```', '']),
    '| Setting | Kind | Type | Default | Meaning |',
    '|---|---|---|---|---|',
    ...rowsOf({ properties: { [name]: node } }, ''),
    '',
  ]
}

function rowsOf({ properties = {}, required = [] }: Node, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`
    const inner = node.properties === undefined ? node.items?.properties && node.items : node
    const value = required.includes(name) && node.default === undefined ? 'required' : defaultText(node)
    const row = `| \`${path}\` | ${kindText(path)} | ${typeText(node)} | ${value} | ${(node.description ?? node.items?.description ?? '').replaceAll('|', '\\|')} |`
    return [row, ...(inner === undefined ? [] : rowsOf(inner, `${path}${node.items ? '[]' : ''}.`))]
  })
}

/** The kind of a setting; empty for a group with settings of both kinds. */
function kindText(path: string): string {
  const name = path.replaceAll('[]', '')
  if (holdsOperatorSettingsAlone(name)) return 'operator'
  return isOperatorSetting(name) ? '' : 'repository'
}

function defaultText({ default: value, properties }: Node): string {
  if (value === undefined || properties !== undefined) return ''
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function typeText(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(', ')
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.anyOf !== undefined) return node.anyOf.map(typeText).join(' or ')
  if (node.type === 'array') return `list of ${node.items?.type ?? 'values'}s`
  if (node.type === 'object' && node.properties === undefined) return 'map of texts'
  return [node.type ?? ''].flat().join(' or ')
}
