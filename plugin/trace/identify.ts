import { stop } from '../model/problem.ts'
import type { RepositoryView, Source } from '../model/source.ts'

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
}

/** Makes sources of several hints; those that differ by their cluster alone are told apart by it. */
export async function identifySources(
  hints: readonly SourceHint[],
  view: RepositoryView,
): Promise<readonly Source[]> {
  const sources = await Promise.all(hints.map((hint) => identifySource(hint, view)))
  const alike = (id: string): boolean => sources.filter((one) => one.id === id).length > 1
  return sources.map((source) =>
    alike(source.id) && source.cluster !== undefined
      ? { ...source, id: `${source.id} (${source.cluster})` }
      : source,
  )
}

/** Looks at what stands at a path and makes a source of it: a chart, a kustomization, or plain manifests. */
export async function identifySource(hint: SourceHint, view: RepositoryView): Promise<Source> {
  const { path, cluster, namespace } = hint
  const kind = await view.kind(path)
  if (kind === undefined) {
    throw stop('path.missing', 'nothing stands at this path of the repository', {
      place: { file: path },
      mend: 'Name a directory with a kustomization, a chart or manifests, from the root of the repository.',
    })
  }
  const shared = {
    path,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
  }
  const names = kind === 'directory' ? (await view.list(path)).map(({ name }) => name) : []
  if (names.includes('Chart.yaml')) return chartSource(hint, shared)
  if (names.some((name) => kustomizationFile.test(name))) return { kind: 'kustomize', id: path, ...shared }
  return { kind: 'plain', id: path, ...shared }
}

type Shared = Pick<Source, 'path' | 'cluster' | 'namespace'>

function chartSource({ release, values = [], kubeVersion, apiVersions }: SourceHint, shared: Shared): Source {
  const name = release ?? shared.path.split('/').at(-1) ?? 'release'
  const id = [shared.path, ...values].join(' + ')
  return {
    kind: 'helm',
    id: `${name}: ${id}`,
    ...shared,
    release: name,
    values,
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(apiVersions === undefined ? {} : { apiVersions }),
  }
}
