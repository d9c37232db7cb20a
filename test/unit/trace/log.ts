import type { RenderOptions } from '../../../plugin/model/renderer.ts'
import type { RepositoryView, Source } from '../../../plugin/model/source.ts'

/** Takes note of a rendering that is really run, not read from a cache. */
export type Log = (source: Source, view: RepositoryView, options?: RenderOptions) => Promise<void>
