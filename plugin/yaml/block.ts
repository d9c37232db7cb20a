import type { Scalar } from 'yaml'

/** A YAML text inside a block scalar (`patch: |-`), with offsets in the text around it. */
export interface InnerText {
  readonly text: string
  /** The spaces before every line. */
  readonly indent: string
  /** The offset in the outer text of an offset in the inner one. */
  readonly toOuter: (offset: number) => number
}

/** The text of a literal block scalar; `undefined` for any other scalar, and for a block with uneven indentation. */
export function innerText(outer: string, scalar: Scalar): InnerText | undefined {
  if (scalar.type !== 'BLOCK_LITERAL' || !scalar.range) return undefined
  const bodyStart = outer.indexOf('\n', scalar.range[0]) + 1
  const lines = outer.slice(bodyStart, scalar.range[1]).split('\n')
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? ''
  if (indent === '' || lines.some((line) => line.trim() !== '' && !line.startsWith(indent))) return undefined
  const inner = lines.map((line) => line.slice(indent.length))
  const starts = lineStarts(lines, bodyStart)
  const innerStarts = lineStarts(inner, 0)
  const toOuter = (offset: number): number => {
    const line = innerStarts.findLastIndex((start) => start <= offset)
    const column = offset - (innerStarts[line] ?? 0)
    const stripped = (lines[line]?.length ?? 0) - (inner[line]?.length ?? 0)
    return (starts[line] ?? bodyStart) + stripped + column
  }
  return { text: inner.join('\n'), indent, toOuter }
}

function lineStarts(lines: readonly string[], from: number): readonly number[] {
  const starts: number[] = []
  let start = from
  for (const line of lines) {
    starts.push(start)
    start += line.length + 1
  }
  return starts
}
