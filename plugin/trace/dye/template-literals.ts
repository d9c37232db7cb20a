import type { ViewFile } from '../../model/source.ts'
import type { Candidate, NumberType } from './candidate.ts'

type Literal = Omit<Candidate, 'role' | 'topLayer'>

const literalLine =
  /^(\s*(?:- )?["']?(cpu|memory|minReplicas|maxReplicas|averageUtilization|targetCPUUtilizationPercentage|value)["']?:\s+)((["']?)(\d[\w.]*)\4)\s*(?:#.*)?\r?$/

/** Sizes that are written in a chart's template. Reports name their place; they are never edited, since a template is code. */
export function templateLiterals({ path, text }: ViewFile): readonly Literal[] {
  const lines = text.split('\n')
  let start = 0
  return lines.flatMap((line, index): Literal[] => {
    const lineStart = start
    start += line.length + 1
    const match = literalLine.exec(line)
    if (match === null) return []
    const [, lead = '', key = '', token = '', quote = '', value = ''] = match
    const type = typeOf(key, lines[index - 1] ?? '')
    if (type === undefined) return []
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
        type,
      },
    ]
  })
}

function typeOf(key: string, lineBefore: string): NumberType | undefined {
  if (key === 'cpu' || key === 'memory') return 'quantity'
  if (key !== 'value') return 'count'
  if (/name:\s*["']?GOMAXPROCS/.test(lineBefore)) return 'count'
  return /name:\s*["']?GOMEMLIMIT/.test(lineBefore) ? 'go-memory' : undefined
}
