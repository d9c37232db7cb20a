import type { ViewFile } from '../../model/source.ts'
import type { Candidate, NumberType } from './candidate.ts'

type Literal = Omit<Candidate, 'role' | 'topLayer'>

const literalLine =
  /^(\s*(?:- )?["']?(cpu|memory|ephemeral-storage|minReplicas|maxReplicas|averageUtilization|targetCPUUtilizationPercentage|value)["']?:\s+)((["']?)(\d[\w.]*)\4)\s*(?:#.*)?\r?$/

/** Sizes that are written in a chart's template. Reports name their place; they are never edited, since a template is code. */
export function templateLiterals({ path, text }: ViewFile): readonly Literal[] {
  const lines = text.split('\n')
  let start = 0
  return lines.flatMap((line, index): Literal[] => {
    const lineStart = start
    start += line.length + 1
    const match = literalLine.exec(line)
    if (match === null) return []
    const type = typeOf(match[2] ?? '', lines[index - 1] ?? '')
    return type === undefined ? [] : [literalAt(match, { file: path, line: index + 1, lineStart, type })]
  })
}

interface LiteralPlace extends Pick<Literal, 'file' | 'line' | 'type'> {
  /** Offset of the line. */
  readonly lineStart: number
}

function literalAt(match: RegExpExecArray, { file, line, lineStart, type }: LiteralPlace): Literal {
  const [, lead = '', key = '', text = '', quote = '', value = ''] = match
  const start = lineStart + lead.length
  return {
    file,
    document: 0,
    path: [key],
    line,
    column: lead.length + 1,
    range: [start, start + text.length],
    text,
    value,
    quote: quote as Literal['quote'],
    type,
  }
}

function typeOf(key: string, lineBefore: string): NumberType | undefined {
  if (key === 'cpu' || key === 'memory') return 'quantity'
  if (key !== 'value') return 'count'
  if (/name:\s*["']?GOMAXPROCS/.test(lineBefore)) return 'count'
  return /name:\s*["']?GOMEMLIMIT/.test(lineBefore) ? 'go-memory' : undefined
}
