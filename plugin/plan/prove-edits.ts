import type { FileEdit } from '../model/edit.ts'
import { readsOverlay } from '../model/overlay.ts'
import { inParallel } from '../model/parallel.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { Intent, Proof } from '../model/proof.ts'
import type { Renderer, Rendering, RepositoryView, Source } from '../model/source.ts'
import type { RenderedTwice } from '../prove/prove.ts'
import { prove } from '../prove/prove.ts'
import type { SourceFiles } from '../trace/sources/discover.ts'

/** What a proof needs. */
export interface ProofPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** Every source that may read an edited file. */
  readonly sharers: readonly SourceFiles[]
}

/** Renders every source that reads an edited file, before and after, and compares. One that does not render before proves nothing. */
export async function proveEdits(
  edits: readonly FileEdit[],
  intents: readonly Intent[],
  ports: ProofPorts,
): Promise<Proof> {
  const { view, renderer, sharers } = ports
  const edited = edits.map(({ file }) => file)
  const after = view.with(new Map(edits.map(({ file, after: text }) => [file, text])))
  const readers = sharers.filter((one) => edited.some((file) => reads(one, file)))
  const rendered = await inParallel(readers, async ({ source }): Promise<RenderedTwice | Source> => {
    const before = await renderOrSay(source, view, renderer)
    if ('failure' in before) return source
    const then = await renderOrSay(source, after, renderer)
    return 'failure' in then
      ? { source, before, after: { source, objects: [] }, failure: then.failure }
      : { source, before, after: then }
  })
  const twice = rendered.filter((one): one is RenderedTwice => 'before' in one)
  const proof = prove(twice, intents)
  const judged =
    proof.unexpected.length === 0 ? proof : prove(await renderAgain(twice, proof, ports), intents)
  const uncovered = rendered.filter((one): one is Source => !('before' in one))
  if (uncovered.length === 0) return judged
  const unexpected = uncovered.map(({ id }) => ({
    source: id,
    object: id,
    path: [],
    before: null,
    after: 'not rendered',
  }))
  return { ...judged, verdict: 'refuted', unexpected: [...judged.unexpected, ...unexpected] }
}

const reads = ({ source: { overlay }, files }: SourceFiles, file: string): boolean =>
  files.has(file) || (overlay !== undefined && readsOverlay(overlay, file))

/** A rendering, or why there is none in the words of the program. */
async function renderOrSay(
  source: Source,
  view: RepositoryView,
  renderer: Renderer,
): Promise<Rendering | { readonly failure: string }> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return { failure: error.problems[0]?.message ?? error.message }
  }
}

/** Charts with random values differ from one rendering to the next: the unchanged source is rendered again to see where. */
function renderAgain(rendered: readonly RenderedTwice[], proof: Proof, { renderer, view }: ProofPorts) {
  const suspects = new Set(proof.unexpected.map(({ source }) => source))
  return inParallel(
    rendered,
    async (one): Promise<RenderedTwice> =>
      suspects.has(one.source.id)
        ? { ...one, beforeAgain: await renderer.render(one.source, view, { anew: true }) }
        : one,
  )
}
