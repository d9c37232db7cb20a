import { createHash } from 'node:crypto'
import type {
  KindRenderer,
  Rendering,
  RenderOptions,
  RepositoryView,
  Source,
} from '../plugin/model/source.ts'
import { inputContents } from './ports.ts'

/** How many objects of finished renderings are kept for the next stage. */
const mostObjects = 1_500

/**
 * Renders each distinct content at most once: what a source is, the bytes of the files it reads and the options together
 * are the key, so a rendering is found again in every later stage, whatever view of the repository it is asked through.
 */
export function cachedRenderer<S extends Source>(renderer: KindRenderer<S>): KindRenderer<S> {
  const kept = new Map<string, Promise<Rendering>>()
  const sizes = new Map<string, number>()
  const forget = (key: string): void => {
    kept.delete(key)
    sizes.delete(key)
  }
  const touch = (key: string): void => {
    const size = sizes.get(key)
    if (size === undefined) return
    sizes.delete(key)
    sizes.set(key, size)
  }
  const makeRoom = (): void => {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    for (const [key, size] of sizes) {
      // The latest stays, however large it is.
      if (total <= mostObjects || sizes.size === 1) return
      total -= size
      forget(key)
    }
  }
  const renderNew = (key: string, render: () => Promise<Rendering>): Promise<Rendering> => {
    const rendering = render()
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
  return {
    inputs: (source, view) => renderer.inputs(source, view),
    render: async (source, view, options) => {
      if (options?.anew === true) return renderer.render(source, view, options)
      const key = await keyOf(source, view, { renderer, options })
      const known = kept.get(key)
      if (known !== undefined) touch(key)
      return { ...(await (known ?? renderNew(key, () => renderer.render(source, view, options)))), source }
    },
  }
}

interface Keyed<S extends Source> {
  readonly renderer: KindRenderer<S>
  readonly options: RenderOptions | undefined
}

async function keyOf<S extends Source>(
  source: S,
  view: RepositoryView,
  { renderer, options = {} }: Keyed<S>,
): Promise<string> {
  const files = await inputContents(view, await renderer.inputs(source, view))
  // Dyes matter to the way of rendering only where a schema would refuse them.
  const checked = files.some(({ path }) => path.endsWith('values.schema.json'))
  const { id: _, cluster: __, ...what } = source
  const hash = createHash('sha256')
  hash.update(JSON.stringify([what, options.extraValues ?? null, checked && options.dyed === true]))
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`\0${path}\0${content.length}\0`).update(content)
  return hash.digest('base64')
}
