import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** A node of the syntax tree, as far as these checks read it. */
export type Node = { readonly type: string } & Readonly<Record<string, unknown>>

/** A TypeScript module of the project. */
export interface Module {
  /** Path from the root of the project. */
  readonly file: string
  readonly text: string
  readonly tree: Node
  /** Modules of the project that it imports: values, types, re-exports, dynamic imports and `import('…')` types. */
  readonly imports: readonly string[]
}

/** The project's root directory: npm scripts and tests run there. */
export const root = process.cwd()

/** Every module below plugin, renderers and config. */
export function readModules(): readonly Module[] {
  const files = ['plugin', 'renderers', 'config'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${directory}/${file}`),
  )
  return files.sort().map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const tree = parseAst(text, { lang: 'ts' }) as unknown as Node
    const imports = [...nodesOf(tree)].flatMap((node) => specifierOf(node) ?? [])
    return {
      file,
      text,
      tree,
      imports: imports.map((specifier) => relative(root, join(root, dirname(file), specifier))),
    }
  })
}

/** All nodes of a tree, outermost first. */
export function* nodesOf(node: unknown): Generator<Node> {
  if (Array.isArray(node)) {
    for (const one of node) yield* nodesOf(one)
  } else if (isNode(node)) {
    yield node
    yield* nodesOf(Object.values(node))
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

/** The relative specifier of a node that imports a module of the project. */
function specifierOf(node: Node): string | undefined {
  const { source } = node
  if (!importing.has(node.type) || !isNode(source)) return undefined
  const specifier = source['value']
  return typeof specifier === 'string' && specifier.startsWith('.') ? specifier : undefined
}
