import { isJsonObject, type JsonObject, listOf, textOf } from '../plugin/model/json.ts'
import type { KeptResults } from '../plugin/model/kept-results.ts'
import { type ExpectedStop, stop } from '../plugin/model/problem.ts'
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
}

/**
 * Keeps renderings by their inputs and by the programs that made them. What a program refuses is kept too: it refuses the same
 * again. Without a place to keep them, everything is rendered.
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
  { source, key }: KeptRequest,
  render: () => Promise<Rendering>,
): Promise<Rendering> {
  const known = results.read(key)
  if (isJsonObject(known)) return renderingOf(source, known)
  const refused = results.read(refusalOf(key))
  if (isJsonObject(refused)) throw refusalFrom(refused, source)
  try {
    const rendering = await render()
    results.keep(key, { objects: rendering.objects, elapsedMs: timeOf(source) ?? 0 })
    return rendering
  } catch (error) {
    const [problem] = wasRefused(error) ? error.problems : []
    if (problem !== undefined)
      results.keep(refusalOf(key), { message: problem.message, hint: problem.hint ?? null })
    throw error
  }
}

const refusalFrom = ({ message, hint }: JsonObject, { path }: Source): ExpectedStop => {
  const known = textOf(hint)
  return stop('source.render', textOf(message) ?? '', {
    place: { file: path },
    ...(known === undefined ? {} : { hint: known }),
  })
}

const refusalOf = (key: string): string => `refused ${key}`

function renderingOf(source: Source, { objects, elapsedMs }: JsonObject): Rendering {
  if (typeof elapsedMs === 'number') restoreTime(source, elapsedMs)
  return { source, objects: listOf(objects).filter(isJsonObject) }
}
