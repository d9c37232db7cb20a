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

/** The settings reference as Markdown, from the schema alone. */
export function settingsReference(): string {
  const rows = rowsOf(settingsJsonSchema() as Node, '')
  return [
    '# Settings',
    '',
    'Everything that `tortoise.yaml` may hold. The file stands at the root of the repository; every setting is optional',
    'unless the table says otherwise. Editors that know JSON Schema check it with `config/tortoise.schema.json`.',
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
    const usual = required.includes(name) && node.default === undefined ? 'required' : defaultText(node)
    const row = `| \`${path}\` | ${typeText(node)} | ${usual} | ${(node.description ?? node.items?.description ?? '').replaceAll('|', '\\|')} |`
    return [row, ...(inner === undefined ? [] : rowsOf(inner, `${path}${node.items ? '[]' : ''}.`))]
  })
}

function defaultText({ default: usual, properties }: Node): string {
  if (usual === undefined || properties !== undefined) return ''
  return `\`${typeof usual === 'string' ? usual : JSON.stringify(usual)}\``
}

function typeText(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(', ')
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.anyOf !== undefined) return node.anyOf.map(typeText).join(' or ')
  if (node.type === 'array') return `list of ${node.items?.type ?? 'values'}s`
  if (node.type === 'object' && node.properties === undefined) return 'map of texts'
  return [node.type ?? ''].flat().join(' or ')
}
