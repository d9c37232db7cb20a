import type { ViewFile } from '../../model/source.ts'
import type { Candidate, Shape } from './candidate.ts'

type Literal = Omit<Candidate, 'role' | 'leaf'>

const literalLine =
  /^(\s*(?:- )?["']?(cpu|memory|minReplicas|maxReplicas|averageUtilization|targetCPUUtilizationPercentage|value)["']?:\s+)((["']?)(\d[\w.]*)\4)\s*(?:#.*)?\r?$/

/** Sizes written out in a chart's template. They can be named to the user, never edited: a template is code. */
export function templateLiterals({ path, text }: ViewFile): readonly Literal[] {
  const lines = text.split('\n')
  let start = 0
  return lines.flatMap((line, index): Literal[] => {
    const lineStart = start
    start += line.length + 1
    const match = literalLine.exec(line)
    if (match === null) return []
    const [, lead = '', key = '', token = '', quote = '', value = ''] = match
    const shape = shapeOf(key, lines[index - 1] ?? '')
    if (shape === undefined) return []
    const from = lineStart + lead.length
    return [
      {
        file: path,
        document: 0,
        path: [key],
        line: index + 1,
        column: lead.length + 1,
        range: [from, from + token.length],
        text: token,
        value,
        quote: quote as Literal['quote'],
        shape,
      },
    ]
  })
}

function shapeOf(key: string, lineBefore: string): Shape | undefined {
  if (key === 'cpu' || key === 'memory') return 'quantity'
  if (key !== 'value') return 'count'
  if (/name:\s*["']?GOMAXPROCS/.test(lineBefore)) return 'count'
  return /name:\s*["']?GOMEMLIMIT/.test(lineBefore) ? 'go-memory' : undefined
}
