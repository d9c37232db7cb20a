import { settingsJsonSchema } from './schema.ts'
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

/** The settings reference as Markdown, generated from the schema. */
export function settingsReference(): string {
  const rows = rowsOf(settingsJsonSchema() as Node, '')
  return [
    '# Settings',
    '',
    'All settings. Settings of kind `repository` belong into `tortoise.yaml` at the root of the repository. Settings of kind',
    '`operator` come from the host, not from the repository that is reviewed: [operator settings](operator-settings.md) says how.',
    'Every setting is optional unless the table says `required`. Editors with JSON Schema support can validate the files with',
    '`config/tortoise.schema.json` and `config/operator.schema.json`.',
    '',
    '| Setting | Kind | Type | Default | Meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
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
