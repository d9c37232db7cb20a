import { overlayPlace } from '../../model/overlay.ts'
import { stop } from '../../model/problem.ts'
import type { DirectSource, Renderer, RepositoryView, Source } from '../../model/source.ts'
import { readObjects } from '../../yaml/objects.ts'

/** The names kustomize accepts for its file. */
export const kustomizationFile = /^(kustomization\.ya?ml|Kustomization)$/

/** What is known of a source before its kind is. */
export interface SourceHint {
  readonly path: string
  readonly cluster?: string | undefined
  readonly namespace?: string | undefined
  readonly release?: string | undefined
  readonly values?: readonly string[] | undefined
  readonly kubeVersion?: string | undefined
  readonly apiVersions?: readonly string[] | undefined
  /** Directory of the repository with charts by name, for releases whose chart is elsewhere. */
  readonly charts?: string | undefined
  /** Rolled out with committed recommendations laid over it. */
  readonly overlay?: boolean | undefined
}

/** What telling a source's kind needs. */
export interface IdentifyPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Makes sources of several hints; those that differ by their cluster alone are told apart by it. */
export async function identifySources(
  hints: readonly SourceHint[],
  ports: IdentifyPorts,
): Promise<readonly Source[]> {
  const sources = await Promise.all(hints.map((hint) => identifySource(hint, ports)))
  const alike = (id: string): boolean => sources.filter((one) => one.id === id).length > 1
  return sources.map((source) =>
    alike(source.id) && source.cluster !== undefined
      ? { ...source, id: `${source.id} (${source.cluster})` }
      : source,
  )
}

/** Looks at what stands at a path and makes a source of it: a chart, a kustomization, or plain manifests. */
export async function identifySource(hint: SourceHint, ports: IdentifyPorts): Promise<Source> {
  const { view } = ports
  const { path, cluster, namespace } = hint
  const kind = await view.kind(path)
  if (kind === undefined) {
    throw stop('path.missing', 'nothing stands at this path of the repository', {
      place: { file: path },
      hint: 'Name a directory with a kustomization, a chart or manifests, from the root of the repository.',
    })
  }
  const shared = {
    path,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
  }
  if (kind === 'file') return fileSource(hint, shared, ports)
  const source = await directorySource(hint, shared, view)
  return hint.overlay === true ? { ...source, overlay: overlayPlace(path, cluster) } : source
}

async function directorySource(
  hint: SourceHint,
  shared: Shared,
  view: RepositoryView,
): Promise<DirectSource> {
  const { path } = shared
  const names = (await view.list(path)).map(({ name }) => name)
  if (names.includes('Chart.yaml')) return chartSource(hint, shared)
  if (names.some((name) => kustomizationFile.test(name))) return { kind: 'kustomize', id: path, ...shared }
  return { kind: 'plain', id: path, ...shared }
}

type Shared = Pick<Source, 'path' | 'cluster' | 'namespace'>

/** The directory's name, as far as Helm takes it for a release. */
const releaseName = (path: string): string =>
  (path.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 53) || 'release'

/** A file with a HelmRelease or an Application stands for what that describes; any other file for the manifests in it. */
async function fileSource(
  { release, charts }: SourceHint,
  shared: Shared,
  { view, renderer }: IdentifyPorts,
): Promise<Source> {
  const plain: DirectSource = { kind: 'plain', id: shared.path, ...shared }
  const text = (await view.read(shared.path))?.text ?? ''
  if (!renderer.mayDeclare(shared.path, text)) return plain
  const holder = await holderOf(plain, view)
  const rendering = { source: holder, objects: readObjects(shared.path, text) }
  const found = await renderer.declared(rendering, view, charts)
  const [only = plain, ...more] = found.filter(
    ({ object }) => release === undefined || (object.generated ?? object.name) === release,
  )
  if (more.length === 0) return only
  throw stop(
    'source.unknown',
    `the file declares several releases: ${found.map(({ object }) => object.generated ?? object.name).join(', ')}`,
    {
      place: { file: shared.path },
      hint: 'Choose one with --release.',
    },
  )
}

/** The kustomization beside a file holds the file's objects with all that belongs to them. */
async function holderOf(plain: DirectSource, view: RepositoryView): Promise<DirectSource> {
  const directory = plain.path.includes('/') ? plain.path.slice(0, plain.path.lastIndexOf('/')) : '.'
  const names = await view.list(directory)
  if (!names.some(({ name }) => kustomizationFile.test(name))) return plain
  return { ...plain, kind: 'kustomize', id: directory, path: directory }
}

function chartSource(
  { release, values = [], kubeVersion, apiVersions, charts }: SourceHint,
  shared: Shared,
): DirectSource {
  const name = release ?? releaseName(shared.path)
  const id = [shared.path, ...values].join(' + ')
  return {
    kind: 'helm',
    id: `${name}: ${id}`,
    ...shared,
    release: name,
    values,
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(apiVersions === undefined ? {} : { apiVersions }),
    ...(charts === undefined ? {} : { charts }),
  }
}
