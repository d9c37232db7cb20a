import { settingsJsonSchema } from './schema.ts'

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
    'All settings of `tortoise.yaml`, which is at the root of the repository. Every setting is optional unless the table says',
    '`required`. Editors with JSON Schema support can validate the file with `config/tortoise.schema.json`.',
    '',
    '| Setting | Type | Default | Meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function rowsOf({ properties = {}, required = [] }: Node, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`
    const inner = node.properties === undefined ? node.items?.properties && node.items : node
    const value = required.includes(name) && node.default === undefined ? 'required' : defaultText(node)
    const row = `| \`${path}\` | ${typeText(node)} | ${value} | ${(node.description ?? node.items?.description ?? '').replaceAll('|', '\\|')} |`
    return [row, ...(inner === undefined ? [] : rowsOf(inner, `${path}${node.items ? '[]' : ''}.`))]
  })
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
