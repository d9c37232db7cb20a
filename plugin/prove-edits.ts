import type { FileEdit } from './model/edit.ts'
import { inParallel } from './model/parallel.ts'
import { ExpectedStop } from './model/problem.ts'
import type { Intent, Proof } from './model/proof.ts'
import type { Renderer, Rendering, RepositoryView } from './model/source.ts'
import type { RenderedTwice } from './prove/prove.ts'
import { prove } from './prove/prove.ts'
import type { TracedSource } from './trace/trace-source.ts'

/** What a proof needs. */
export interface ProofPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly sources: readonly TracedSource[]
}

/** Renders every source that reads an edited file, before and after, and compares. */
export async function proveEdits(
  edits: readonly FileEdit[],
  intents: readonly Intent[],
  ports: ProofPorts,
): Promise<Proof> {
  const edited = new Set(edits.map(({ file }) => file))
  const after = ports.view.with(new Map(edits.map(({ file, after: text }) => [file, text])))
  const readers = ports.sources.filter(({ inputs }) => inputs.some(({ path }) => edited.has(path)))
  const rendered = await inParallel(readers, async ({ source, rendering }): Promise<RenderedTwice> => {
    const then = await renderOrNothing(source, after, ports.renderer)
    return { source, before: rendering, after: then }
  })
  const proof = prove(rendered, intents)
  if (proof.surprises.length === 0) return proof
  return prove(await renderAgain(rendered, proof, ports), intents)
}

/** A source that no longer renders has lost every object: the comparison shows that as it is. */
async function renderOrNothing(
  source: TracedSource['source'],
  view: RepositoryView,
  renderer: Renderer,
): Promise<Rendering> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (error instanceof ExpectedStop) return { source, objects: [] }
    throw error
  }
}

/** Charts with random values differ from one rendering to the next: the unchanged source is rendered again to see where. */
function renderAgain(rendered: readonly RenderedTwice[], proof: Proof, { renderer, view }: ProofPorts) {
  const surprised = new Set(proof.surprises.map(({ source }) => source))
  return inParallel(
    rendered,
    async (one): Promise<RenderedTwice> =>
      surprised.has(one.source.id) ? { ...one, beforeAgain: await renderer.render(one.source, view) } : one,
  )
}
