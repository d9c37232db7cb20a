import type { Renderer } from '../model/renderer.ts'
import { isRelease, sourceChain } from '../model/source.ts'
import type { Candidate } from './dye/candidate.ts'
import type { TracedSource } from './dye/trace-source.ts'
import { isEntryOf } from './sources/detect.ts'
import type { SourceFiles } from './sources/source-files.ts'

/** Sources that could not be traced, and how sources are built. */
export interface UntracedContext {
  /** By each file that they read: they may take a value from any of these files. */
  readonly untraced: ReadonlyMap<string, readonly SourceFiles[]>
  readonly renderer: Renderer
}

/**
 * Ids of the untraced sources that may take a value from the place of a candidate: without the layers that the traced source
 * is built from, and without releases that only have their own object in the same file.
 */
export function untracedReaders(
  candidate: Candidate,
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  { untraced, renderer }: UntracedContext,
): readonly string[] {
  const { file, levelsUp = 0 } = candidate
  const through = sourceChain(source).at(-1 - levelsUp)
  const isSibling = (one: SourceFiles): boolean =>
    levelsUp > 0 &&
    isRelease(one.source) &&
    !one.inner.has(file) &&
    sourceChain(one.source).some(({ id }) => id === through?.id)
  const others = (untraced.get(file) ?? []).filter(
    (one) => !isLayerOf(one, inputs, renderer) && !isSibling(one),
  )
  return others.map((one) => one.source.id)
}

const isLayerOf = ({ source }: SourceFiles, inputs: TracedSource['inputs'], { kinds }: Renderer): boolean =>
  kinds.some(({ name, composes }) => name === source.kind && composes === true) &&
  inputs.some(({ path }) => isEntryOf(source, path, kinds))
