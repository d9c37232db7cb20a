import { type Module, type Node, nodesOf } from './modules.ts'

/** A named function, method or bound arrow function. */
export interface FunctionSize {
  /** `file:line`. */
  readonly place: string
  readonly lines: number
  readonly parameters: number
}

/** Every named function of a module, with its length in lines. */
export function functionsOf({ file, text, tree }: Module): readonly FunctionSize[] {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  return [...nodesOf(tree)].flatMap((node) => {
    const found = functionIn(node)
    if (found === undefined) return []
    const [first, last] = [lineOf(Number(node['start'])), lineOf(Number(node['end']))]
    const { params } = found
    return [
      {
        place: `${file}:${first}`,
        lines: last - first + 1,
        parameters: Array.isArray(params) ? params.length : 0,
      },
    ]
  })
}

const bound: Readonly<Record<string, string>> = {
  VariableDeclarator: 'init',
  Property: 'value',
  MethodDefinition: 'value',
  PropertyDefinition: 'value',
}

function functionIn(node: Node): Node | undefined {
  if (node.type === 'FunctionDeclaration') return node
  const value = node[bound[node.type] ?? ''] as Node | null | undefined
  return value?.type === 'ArrowFunctionExpression' || value?.type === 'FunctionExpression' ? value : undefined
}

/** The number that `share` (0 to 1) of the numbers do not exceed. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
