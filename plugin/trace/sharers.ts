import type { Source } from '../model/source.ts'
import type { SourceFiles } from './discover.ts'

/** The sources that read at least one file that the chosen ones read too, the chosen ones included. */
export function sharersOf(chosen: ReadonlySet<string>, all: readonly SourceFiles[]): readonly Source[] {
  const touched = new Set(
    all.filter(({ source }) => chosen.has(source.id)).flatMap(({ files }) => [...files]),
  )
  return all
    .filter(({ source, files }) => chosen.has(source.id) || [...files].some((file) => touched.has(file)))
    .map(({ source }) => source)
}
