import { overlayPlace } from '../../model/overlay.ts'
import { stop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView, Source, SourceHint } from '../../model/source.ts'
import { readFileObjects } from '../../yaml/objects.ts'
import { detectKind, directoryOf } from './detect.ts'

/** What finding the kind of a source needs. */
export interface IdentifyPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/**
 * The sources of several hints. A file that declares several releases is one source, which holds them all. The cluster is added to
 * ids that would be equal without it.
 */
export async function identifySources(
  hints: readonly SourceHint[],
  ports: IdentifyPorts,
): Promise<readonly Source[]> {
  const sources = await Promise.all(hints.map((hint) => identifyOne(hint, { ...ports, takesAll: true })))
  const isRepeated = (id: string): boolean => sources.filter((one) => one.id === id).length > 1
  return sources.map((source) =>
    isRepeated(source.id) && source.cluster !== undefined
      ? { ...source, id: `${source.id} (${source.cluster})` }
      : source,
  )
}

/**
 * The source at a path: of the first kind that detects one there, or the release that the file at the path declares.
 * Rejects with `path.missing` when the path does not exist, with `source.unknown` when its file declares several releases.
 */
export const identifySource = (hint: SourceHint, ports: IdentifyPorts): Promise<Source> =>
  identifyOne(hint, { ...ports, takesAll: false })

interface OnePorts extends IdentifyPorts {
  /** Whether a file that declares several releases is meant as a whole. */
  readonly takesAll: boolean
}

async function identifyOne(hint: SourceHint, ports: OnePorts): Promise<Source> {
  const { view, renderer } = ports
  const { path, cluster } = hint
  const type = await view.kind(path)
  if (type === undefined) {
    throw stop('path.missing', 'this path does not exist in the repository', {
      place: { file: path },
      hint: 'Name a directory with a kustomization, a chart or manifests, relative to the root of the repository.',
    })
  }
  if (type === 'file') return fileSource(hint, ports)
  const { kind } = await detectKind({ path, entries: await view.list(path) }, view, renderer.kinds)
  const source = kind.identify(hint)
  return hint.overlay === true ? { ...source, overlay: overlayPlace(path, cluster) } : source
}

/** The release that a file declares, otherwise the file itself as a source. */
async function fileSource(hint: SourceHint, { view, renderer, takesAll }: OnePorts): Promise<Source> {
  const { path, release, charts } = hint
  const { kind } = await detectKind({ path }, view, renderer.kinds)
  const file = kind.identify(hint)
  const text = (await view.read(path))?.text ?? ''
  if (!renderer.mayDeclare(path, text)) return file
  const source = await declaringSource(hint, file, { view, renderer })
  const found = await renderer.declared({ source, objects: readFileObjects(path, text) }, view, charts)
  const names = found.map(({ declaredBy }) => declaredBy.generated ?? declaredBy.name)
  const [only = file, ...more] = found.filter((_, index) => release === undefined || names[index] === release)
  if (more.length === 0) return only
  if (takesAll && release === undefined) return source
  throw stop('source.unknown', `the file declares several releases: ${names.join(', ')}`, {
    place: { file: path },
    hint: 'Choose one with --release.',
  })
}

/** The source of the file's directory where that is built from the files in it (a kustomization), otherwise the file. */
async function declaringSource(
  hint: SourceHint,
  file: Source,
  { view, renderer }: IdentifyPorts,
): Promise<Source> {
  const path = directoryOf(hint.path)
  const composing = renderer.kinds.filter(({ composes }) => composes === true)
  const place = { path, entries: await view.list(path) }
  for (const kind of composing) {
    if ((await kind.detect(place, view)) !== undefined) return kind.identify({ ...hint, path })
  }
  return file
}
