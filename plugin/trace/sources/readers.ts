import type { SourceFiles } from './discover.ts'

/** Who reads the same files as the chosen sources: those to trace, and overlays below others that may be rolled out too. */
export interface Readers {
  readonly sources: readonly SourceFiles[]
  readonly layers: readonly SourceFiles[]
}

/** Splits the sources that read at least one file that the chosen ones read too, the chosen ones included. */
export function readersOf(chosen: ReadonlySet<string>, all: readonly SourceFiles[]): Readers {
  const touched = new Set(
    all.filter(({ source }) => chosen.has(source.id)).flatMap(({ files }) => [...files]),
  )
  const near = all.filter(
    ({ source, files }) => chosen.has(source.id) || [...files].some((file) => touched.has(file)),
  )
  return { sources: near.filter(({ layer }) => !layer), layers: near.filter(({ layer }) => layer) }
}
