import { isJsonObject, type JsonObject, listOf, textOf } from '../plugin/model/json.ts'
import type { KeptResults } from '../plugin/model/kept-results.ts'
import { stop } from '../plugin/model/problem.ts'
import type { Rendering, Source } from '../plugin/model/source.ts'
import { type RendererPorts, restoreTime, timeOf, wasRefused } from './ports.ts'

/** Keeps renderings between runs. */
export interface KeptRenderings {
  /** The rendering of a key; else the result of `render`, which is kept. */
  readonly rendering: (request: KeptRequest, render: () => Promise<Rendering>) => Promise<Rendering>
}

/** What is rendered, and everything that it is made from. */
interface KeptRequest {
  readonly source: Source
  readonly key: string
  readonly marked: boolean
}

/**
 * Keeps renderings by their inputs and by the programs that made them. With markers, what a program refuses is kept too: a
 * trace tries many markers. Without a place to keep them, everything is rendered.
 */
export function keptRenderings(
  { kept, programs }: Pick<RendererPorts, 'kept' | 'programs'>,
  names: readonly (readonly string[])[],
): KeptRenderings {
  let identity: Promise<string | undefined> | undefined
  const identify = async (): Promise<string | undefined> => {
    const files = await Promise.all(names.map((some) => programs.find(...some).catch(() => undefined)))
    return kept?.programs(files.map((found) => found?.file))
  }
  return {
    rendering: async (request, render) => {
      if (kept === undefined) return render()
      identity ??= identify()
      const made = await identity
      if (made === undefined) return render()
      return readOrRender(kept.results, { ...request, key: `${made} ${request.key}` }, render)
    },
  }
}

async function readOrRender(
  results: KeptResults,
  { source, key, marked }: KeptRequest,
  render: () => Promise<Rendering>,
): Promise<Rendering> {
  const known = results.read(key)
  if (isJsonObject(known)) return renderingOf(source, known)
  const refused = marked ? textOf(results.read(refusalOf(key))) : undefined
  if (refused !== undefined) throw stop('source.render', refused, { place: { file: source.path } })
  try {
    const rendering = await render()
    results.keep(key, { objects: rendering.objects, elapsedMs: timeOf(source) ?? 0 })
    return rendering
  } catch (error) {
    const problem = marked && wasRefused(error) ? error.problems[0] : undefined
    if (problem !== undefined) results.keep(refusalOf(key), problem.message)
    throw error
  }
}

const refusalOf = (key: string): string => `refused ${key}`

function renderingOf(source: Source, { objects, elapsedMs }: JsonObject): Rendering {
  if (typeof elapsedMs === 'number') restoreTime(source, elapsedMs)
  return { source, objects: listOf(objects).filter(isJsonObject) }
}
