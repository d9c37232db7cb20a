import type { SourceFiles } from './source-files.ts'

/** The sources that read the same files as the chosen ones: those to trace, and layers, which may be deployed too. */
export interface Readers {
  readonly sources: readonly SourceFiles[]
  readonly layers: readonly SourceFiles[]
}

/** The sources that read at least one file which a chosen source reads too, the chosen ones included. */
export function readersOf(chosen: ReadonlySet<string>, all: readonly SourceFiles[]): Readers {
  const touched = new Set(
    all.filter(({ source }) => chosen.has(source.id)).flatMap(({ files }) => [...files]),
  )
  const near = all.filter(
    ({ source, files }) => chosen.has(source.id) || [...files].some((file) => touched.has(file)),
  )
  return { sources: near.filter(({ layer }) => !layer), layers: near.filter(({ layer }) => layer) }
}
