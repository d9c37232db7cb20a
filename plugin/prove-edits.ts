import type { FileEdit } from './model/edit.ts'
import { readsOverlay } from './model/overlay.ts'
import { inParallel } from './model/parallel.ts'
import { ExpectedStop } from './model/problem.ts'
import type { Intent, Proof } from './model/proof.ts'
import type { Renderer, RepositoryView } from './model/source.ts'
import type { RenderedTwice } from './prove/prove.ts'
import { prove } from './prove/prove.ts'
import type { SourceFiles } from './trace/discover.ts'
import type { TracedSource } from './trace/trace-source.ts'

/** What a proof needs. */
export interface ProofPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly sources: readonly TracedSource[]
  /** Sources that do not render here: no proof can cover a file they read. */
  readonly unseen: readonly SourceFiles[]
}

/** Renders every source that reads an edited file, before and after, and compares. */
export async function proveEdits(
  edits: readonly FileEdit[],
  intents: readonly Intent[],
  ports: ProofPorts,
): Promise<Proof> {
  const edited = new Set(edits.map(({ file }) => file))
  const after = ports.view.with(new Map(edits.map(({ file, after: text }) => [file, text])))
  const readers = ports.sources.filter((one) => [...edited].some((file) => reads(one, file)))
  const rendered = await inParallel(readers, async ({ source, rendering }): Promise<RenderedTwice> => {
    return { source, before: rendering, ...(await renderAfter(source, after, ports.renderer)) }
  })
  const proof = prove(rendered, intents)
  const judged =
    proof.surprises.length === 0 ? proof : prove(await renderAgain(rendered, proof, ports), intents)
  const uncovered = ports.unseen.filter(({ files }) => [...files].some((file) => edited.has(file)))
  if (uncovered.length === 0) return judged
  const surprises = uncovered.map(({ source }) => ({
    source: source.id,
    object: source.id,
    path: [],
    before: null,
    after: 'not rendered',
  }))
  return { ...judged, verdict: 'refuted', surprises: [...judged.surprises, ...surprises] }
}

const reads = ({ source: { overlay }, inputs }: TracedSource, file: string): boolean =>
  inputs.some(({ path }) => path === file) || (overlay !== undefined && readsOverlay(overlay, file))

/** Renders a source after the edits; when it no longer renders, that is part of the verdict. */
async function renderAfter(
  source: TracedSource['source'],
  view: RepositoryView,
  renderer: Renderer,
): Promise<Pick<RenderedTwice, 'after' | 'failure'>> {
  try {
    return { after: await renderer.render(source, view) }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return { after: { source, objects: [] }, failure: error.problems[0]?.message ?? error.message }
  }
}

/** Charts with random values differ from one rendering to the next: the unchanged source is rendered again to see where. */
function renderAgain(rendered: readonly RenderedTwice[], proof: Proof, { renderer, view }: ProofPorts) {
  const surprised = new Set(proof.surprises.map(({ source }) => source))
  return inParallel(
    rendered,
    async (one): Promise<RenderedTwice> =>
      surprised.has(one.source.id)
        ? { ...one, beforeAgain: await renderer.render(one.source, view, { anew: true }) }
        : one,
  )
}
