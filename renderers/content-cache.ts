import { createHash } from 'node:crypto'
import type { WorkspaceFile } from '../plugin/io/workspace.ts'
import type { RenderOptions, SourceRenderer } from '../plugin/model/renderer.ts'
import type { Rendering, Source } from '../plugin/model/source.ts'
import type { KeptRenderings } from './kept-renderings.ts'
import { inputContents } from './ports.ts'

/** How many objects of finished renderings are kept for later stages. */
const mostObjects = 1_500

/** Whether a rendering with markers may differ from one without, in more than the values. */
type VariesWithMarkers = (files: readonly WorkspaceFile[]) => boolean

interface ContentCache {
  readonly kept?: KeptRenderings
  readonly variesWithMarkers?: VariesWithMarkers
}

/**
 * Renders each distinct content at most once. The key is the properties of the source, the bytes of the files it reads and
 * the options, so that every later stage finds the rendering, through whatever view of the repository it asks.
 */
export function cachedByContent<S extends Source>(
  renderer: SourceRenderer<S>,
  { kept, variesWithMarkers = () => false }: ContentCache = {},
): SourceRenderer<S> {
  const cache = renderingCache()
  return {
    inputs: (source, view) => renderer.inputs(source, view),
    render: async (source, view, options) => {
      if (options?.fresh === true) return renderer.render(source, view, options)
      const files = await inputContents(view, await renderer.inputs(source, view))
      const marked = options?.marked === true && variesWithMarkers(files)
      const key = keyOf(source, files, { options, marked })
      const render = () => renderer.render(source, view, options)
      return { ...(await cache(key, () => kept?.rendering({ source, key }, render) ?? render())), source }
    },
  }
}

/** Keeps the renderings used last, up to a number of objects. Failed renderings are not kept. */
function renderingCache() {
  const kept = new Map<string, Promise<Rendering>>()
  const sizes = new Map<string, number>()
  const forget = (key: string): void => {
    kept.delete(key)
    sizes.delete(key)
  }
  const markUsed = (key: string, size: number | undefined): void => {
    if (size === undefined) return
    sizes.delete(key)
    sizes.set(key, size)
  }
  const makeRoom = (): void => {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    for (const [key, size] of sizes) {
      // The latest one is kept, however large it is.
      if (total <= mostObjects || sizes.size === 1) return
      total -= size
      forget(key)
    }
  }
  const keep = (key: string, rendering: Promise<Rendering>): Promise<Rendering> => {
    kept.set(key, rendering)
    rendering.then(
      ({ objects }) => {
        sizes.set(key, objects.length)
        makeRoom()
      },
      () => forget(key),
    )
    return rendering
  }
  return (key: string, render: () => Promise<Rendering>): Promise<Rendering> => {
    markUsed(key, sizes.get(key))
    return kept.get(key) ?? keep(key, render())
  }
}

interface KeyedOptions {
  readonly options: RenderOptions | undefined
  readonly marked: boolean
}

function keyOf(
  { id: _, cluster: __, ...details }: Source,
  files: readonly WorkspaceFile[],
  { options, marked }: KeyedOptions,
): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([details, options?.extraValues ?? null, marked]))
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  return hash.digest('base64')
}
