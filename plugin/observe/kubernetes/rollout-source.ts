import { type Workload, workloadKey } from '../../model/workload.ts'
import { type RolloutObjects, type RolloutSource, sourcesOf } from './rollout-objects.ts'

/** Labels and annotations of a workload. */
export interface ObjectMetadata {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Finds the source of a workload. */
export type FindSource = (workload: Workload, metadata: ObjectMetadata) => RolloutSource | undefined

/**
 * Makes the lookup of sources. In order of precedence: Flux's labels, Argo CD's tracking id, an inventory that lists the
 * workload, and Argo CD's instance label.
 */
export function sourceFinder(objects: RolloutObjects): FindSource {
  const known = new Map<string, Omit<RolloutSource, 'by'>>()
  const listed = new Map<string, Omit<RolloutSource, 'by'>>()
  for (const source of sourcesOf(objects)) {
    known.set(`${source.kind}/${source.namespace}/${source.name}`, source)
    for (const key of source.keys) listed.set(key, source)
  }
  const found = (
    by: RolloutSource['by'],
    { kind, namespace, name }: Pick<RolloutSource, 'kind' | 'namespace' | 'name'>,
  ): RolloutSource => {
    const { keys: _, ...source } = { keys: [], ...known.get(`${kind}/${namespace}/${name}`) }
    return { places: [], ...source, kind, namespace, name, by }
  }
  const applicationNamed = (name: string) =>
    objects.applications.find((one) => one.metadata.name === name)?.metadata
  return (workload, metadata) => {
    const helm = fluxLabels(metadata, 'helm')
    if (helm !== undefined) return found('label', { kind: 'HelmRelease', ...helm })
    const kustomize = fluxLabels(metadata, 'kustomize')
    if (kustomize !== undefined) return found('label', { kind: 'Kustomization', ...kustomize })
    const tracked = trackedBy(workload, metadata.annotations['argocd.argoproj.io/tracking-id'])
    if (tracked !== undefined) {
      const { name } = tracked
      const namespace = tracked.namespace ?? applicationNamed(name)?.namespace ?? 'argocd'
      return found('tracking-id', { kind: 'Application', namespace, name })
    }
    const inventoried = listed.get(workloadKey(workload))
    if (inventoried !== undefined) return found('inventory', inventoried)
    const instance = applicationNamed(metadata.labels['argocd.argoproj.io/instance'] ?? '')
    return (
      instance && found('label', { kind: 'Application', namespace: instance.namespace, name: instance.name })
    )
  }
}

/** The labels that Flux adds to objects: https://fluxcd.io/flux/components/kustomize/kustomizations/ and /helm/helmreleases/ */
function fluxLabels(
  { labels }: ObjectMetadata,
  controller: 'helm' | 'kustomize',
): { readonly namespace: string; readonly name: string } | undefined {
  const name = labels[`${controller}.toolkit.fluxcd.io/name`]
  const namespace = labels[`${controller}.toolkit.fluxcd.io/namespace`]
  return name === undefined || namespace === undefined ? undefined : { namespace, name }
}

/**
 * The Application of a tracking id, `[namespace_]app:group/Kind:namespace/name`. The id counts only when it names the object
 * that has it, because controllers copy annotations: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
function trackedBy(
  { kind, namespace, name, apiVersion }: Workload,
  id: string | undefined,
): { readonly name: string; readonly namespace?: string } | undefined {
  const [application = '', type, object] = id?.split(':') ?? []
  const group = apiVersion.includes('/') ? apiVersion.split('/', 1)[0] : ''
  if (application === '' || type !== `${group}/${kind}` || object !== `${namespace}/${name}`) return undefined
  const cut = application.indexOf('_')
  if (cut < 0) return { name: application }
  return { namespace: application.slice(0, cut), name: application.slice(cut + 1) }
}
