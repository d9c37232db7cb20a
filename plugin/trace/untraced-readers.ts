import type { Renderer } from '../model/renderer.ts'
import type { RepositoryView } from '../model/source.ts'
import type { Candidate } from './dye/candidate.ts'
import type { TracedSource } from './dye/trace-source.ts'
import { reachedBy } from './reached-declarations.ts'
import { isEntryOf } from './sources/detect.ts'
import type { SourceFiles } from './sources/source-files.ts'

/** Sources that could not be traced, by each file they read, and what shows what they take from it. */
interface Untraced {
  readonly untraced: ReadonlyMap<string, readonly SourceFiles[]>
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Ids of the untraced sources that a scalar may reach, without the layers that the traced source is built from. */
export async function untracedReaders(
  candidate: Candidate,
  { inputs }: TracedSource,
  { untraced, view, renderer }: Untraced,
): Promise<readonly string[]> {
  const others = (untraced.get(candidate.file) ?? []).filter((one) => !isLayerOf(one, inputs, renderer))
  return (await reachedBy(candidate, others, { view, renderer })).map(({ source }) => source.id)
}

/** Whether a source is a layer that another source is built from. */
export const isLayerOf = (
  { source }: SourceFiles,
  inputs: TracedSource['inputs'],
  { kinds }: Renderer,
): boolean =>
  kinds.some(({ name, composes }) => name === source.kind && composes === true) &&
  inputs.some(({ path }) => isEntryOf(source, path, kinds))
