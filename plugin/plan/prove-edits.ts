import type { FileEdit } from '../model/edit.ts'
import { valueAt } from '../model/json.ts'
import { readsOverlay } from '../model/overlay.ts'
import { inParallel } from '../model/parallel.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { Intent, Proof } from '../model/proof.ts'
import type { Renderer } from '../model/renderer.ts'
import type { Rendering, RepositoryView, Source } from '../model/source.ts'
import type { RenderedTwice } from '../prove/prove.ts'
import { prove } from '../prove/prove.ts'
import type { SourceFiles } from '../trace/sources/source-files.ts'

/** What a proof uses of the outside. */
export interface ProofPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** Every source that may read an edited file. */
  readonly sharers: readonly SourceFiles[]
}

/**
 * Renders every source that reads an edited file, before and after the edits, and compares the renderings. A source that
 * does not render before the edits refutes the proof.
 */
export async function proveEdits(
  edits: readonly FileEdit[],
  intents: readonly Intent[],
  ports: ProofPorts,
): Promise<Proof> {
  const files = new Set(edits.map(({ file }) => file))
  const readers = ports.sharers.filter((one) => readsAny(one, files))
  const texts = new Map(edits.map(({ file, after }) => [file, after]))
  const edited = { files, view: ports.view.with(texts) }
  const tried = await inParallel(readers, (one) => renderReader(one, edited, ports))
  const rendered = tried.filter((one) => one !== undefined)
  const pairs = rendered.filter((one): one is RenderedTwice => 'before' in one)
  const first = prove(pairs, intents, ports.renderer.format)
  const proof =
    first.unexpected.length === 0
      ? first
      : prove(await renderAgain(pairs, first, ports), intents, ports.renderer.format)
  const unrendered = rendered.filter((one): one is Source => !('before' in one))
  if (unrendered.length === 0) return proof
  const unexpected = unrendered.map(({ id }) => ({
    source: id,
    object: id,
    path: [],
    before: null,
    after: 'not rendered',
  }))
  return { ...proof, verdict: 'refuted', unexpected: [...proof.unexpected, ...unexpected] }
}

/** The edited files, and the view with the edits. */
interface Edited {
  readonly files: ReadonlySet<string>
  readonly view: RepositoryView
}

const readsAny = ({ source: { overlay }, files }: SourceFiles, edited: ReadonlySet<string>): boolean =>
  [...(files.size < edited.size ? files : edited)].some((file) => files.has(file) && edited.has(file)) ||
  (overlay !== undefined && [...edited].some((file) => readsOverlay(overlay, file)))

/** The same for a source that may read an edited file; `undefined` for one that does not render, where the edits do not reach it. */
async function renderReader(
  reader: SourceFiles,
  edited: Edited,
  ports: ProofPorts,
): Promise<RenderedTwice | Source | undefined> {
  const rendered = await renderTwice(reader.source, edited, ports)
  return 'before' in rendered || !(await isUnreached(reader, edited, ports)) ? rendered : undefined
}

/** Whether edits leave a release as it is: its own files, its object, and all ConfigMaps beside that. */
async function isUnreached(
  { source: { declaredIn, declaredBy }, inner }: SourceFiles,
  edited: Edited,
  ports: ProofPorts,
): Promise<boolean> {
  if (declaredIn === undefined || [...edited.files].some((file) => inner.has(file))) return false
  const around = await renderTwice(declaredIn, edited, ports)
  if (!('before' in around) || around.failure !== undefined) return false
  const [before, after] = [around.before, around.after].map(({ objects }) =>
    JSON.stringify(
      objects.filter(
        (object) =>
          object['kind'] === 'ConfigMap' ||
          (object['kind'] === declaredBy?.kind && valueAt(object, ['metadata', 'name']) === declaredBy?.name),
      ),
    ),
  )
  return before === after
}

/** Renders a source before and after the edits. Returns the source alone when it does not render before them. */
async function renderTwice(
  source: Source,
  edited: Edited,
  { view, renderer }: ProofPorts,
): Promise<RenderedTwice | Source> {
  const before = await tryRender(source, view, renderer)
  if ('failure' in before) return source
  const after = await tryRender(source, edited.view, renderer)
  return 'failure' in after
    ? { source, before, after: { source, objects: [] }, failure: after.failure }
    : { source, before, after }
}

/** Returns the rendering, or the renderer's message when the source does not render. */
async function tryRender(
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

/** Renders the unedited sources with unexpected changes a second time, because some charts contain random values. */
function renderAgain(rendered: readonly RenderedTwice[], proof: Proof, { renderer, view }: ProofPorts) {
  const suspects = new Set(proof.unexpected.map(({ source }) => source))
  return inParallel(
    rendered,
    async (one): Promise<RenderedTwice> =>
      suspects.has(one.source.id)
        ? { ...one, beforeAgain: await renderer.render(one.source, view, { fresh: true }) }
        : one,
  )
}
