import type { ViewFile } from '../../model/source.ts'
import type { Candidate, NumberType } from './candidate.ts'

type Literal = Omit<Candidate, 'role' | 'topLayer'>

/** A size on a line of its own. */
const ownLine =
  /^(\s*(?:- )?["']?(cpu|memory|ephemeral-storage|minReplicas|maxReplicas|averageUtilization|targetCPUUtilizationPercentage|value)["']?:\s+)((["']?)(\d[\w.]*)\4)\s*(?:#.*)?\r?$/
/** A size in a flow mapping: `limits: { cpu: 1, memory: 1Gi }`. */
const inFlow =
  /([{,]\s*["']?(cpu|memory|ephemeral-storage|averageUtilization|value)["']?:\s+)((["']?)(\d[\w.]*)\4)(?=\s*[,}])/g

/** Sizes that are written in a chart's template. Reports name their place; they are edited only where settings allow it, since a template is code. */
export function templateLiterals({ path, text }: ViewFile): readonly Literal[] {
  const lines = text.split('\n')
  let start = 0
  return lines.flatMap((line, index): Literal[] => {
    const lineStart = start
    start += line.length + 1
    const own = ownLine.exec(line)
    const matches = own === null ? [...line.matchAll(inFlow)] : [own]
    return matches.flatMap((match) => {
      const nameAt = own === null ? line : (lines[index - 1] ?? '')
      const type = typeOf(match[2] ?? '', nameAt)
      return type === undefined ? [] : [literalAt(match, { file: path, line: index + 1, lineStart, type })]
    })
  })
}

interface LiteralPlace extends Pick<Literal, 'file' | 'line' | 'type'> {
  /** Offset of the line. */
  readonly lineStart: number
}

function literalAt(
  match: RegExpExecArray | RegExpMatchArray,
  { file, line, lineStart, type }: LiteralPlace,
): Literal {
  const [, lead = '', key = '', text = '', quote = '', value = ''] = match
  const column = (match.index ?? 0) + lead.length
  const start = lineStart + column
  return {
    file,
    document: 0,
    path: [key],
    line,
    column: column + 1,
    range: [start, start + text.length],
    text,
    value,
    quote: quote as Literal['quote'],
    type,
  }
}

function typeOf(key: string, nameAt: string): NumberType | undefined {
  if (key === 'cpu' || key === 'memory' || key === 'ephemeral-storage') return 'quantity'
  if (key !== 'value') return 'count'
  if (/name:\s*["']?GOMAXPROCS/.test(nameAt)) return 'count'
  return /name:\s*["']?GOMEMLIMIT/.test(nameAt) ? 'go-memory' : undefined
}
