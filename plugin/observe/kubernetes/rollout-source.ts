import * as z from 'zod'
import { type Workload, workloadKey } from '../../model/workload.ts'

/** Where a part of a roll-out is described. */
export interface SourcePlace {
  /** URL of the repository (or chart registry); absent where Flux's source object could not be read. */
  readonly repository?: string
  readonly path?: string
  readonly chart?: string
  readonly revision?: string
}

/** The Argo CD or Flux object that a live workload comes from, and how that is known. */
export interface RolloutSource {
  readonly kind: 'Application' | 'Kustomization' | 'HelmRelease'
  readonly namespace: string
  readonly name: string
  /** `tracking-id` and `label` are written on the workload, `inventory` on the object that rolls it out. */
  readonly by: 'tracking-id' | 'label' | 'inventory'
  /** The ApplicationSet that makes the Application. */
  readonly generator?: string
  readonly places: readonly SourcePlace[]
}

/** The marks of a workload: labels and annotations. */
export interface Marks {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const metadata = z.object({
  name: z.string(),
  namespace: z.string().default('default'),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
})
const argoPlace = z.object({
  repoURL: z.string().optional(),
  path: z.string().optional(),
  chart: z.string().optional(),
  targetRevision: z.string().optional(),
})

export const applicationSchema = z.object({
  metadata,
  spec: z.object({
    source: argoPlace.optional(),
    sources: z.array(argoPlace).optional(),
    destination: z.object({ name: z.string().optional(), server: z.string().optional() }).optional(),
  }),
  status: z
    .object({
      resources: z
        .array(
          z.object({
            group: z.string().optional(),
            kind: z.string(),
            namespace: z.string().optional(),
            name: z.string(),
          }),
        )
        .optional(),
    })
    .optional(),
})
const inventory = z.object({ entries: z.array(z.object({ id: z.string() })).optional() }).optional()
const reference = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })
export const kustomizationSchema = z.object({
  metadata,
  spec: z.object({ path: z.string().optional(), sourceRef: reference.optional() }),
  status: z.object({ inventory }).optional(),
})
export const helmReleaseSchema = z.object({
  metadata,
  spec: z.object({
    chart: z.object({ spec: z.object({ chart: z.string(), sourceRef: reference.optional() }) }).optional(),
  }),
  status: z.object({ inventory }).optional(),
})
export const gitRepositorySchema = z.object({
  metadata,
  spec: z.object({
    url: z.string(),
    ref: z
      .object({ branch: z.string().optional(), tag: z.string().optional(), commit: z.string().optional() })
      .optional(),
  }),
})

/** Every object that rolls something out, as it was read. */
export interface RolloutObjects {
  readonly applications: readonly z.infer<typeof applicationSchema>[]
  readonly kustomizations: readonly z.infer<typeof kustomizationSchema>[]
  readonly helmReleases: readonly z.infer<typeof helmReleaseSchema>[]
  readonly gitRepositories: readonly z.infer<typeof gitRepositorySchema>[]
}

/** Answers where a workload comes from. */
export type FindSource = (workload: Workload, marks: Marks) => RolloutSource | undefined

/** Makes the look-up. What is written on the workload wins; an inventory that names it comes next; a bare label is the last resort. */
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
  return (workload, marks) => {
    const helm = fluxLabels(marks, 'helm')
    if (helm !== undefined) return found('label', { kind: 'HelmRelease', ...helm })
    const kustomize = fluxLabels(marks, 'kustomize')
    if (kustomize !== undefined) return found('label', { kind: 'Kustomization', ...kustomize })
    const tracked = trackedBy(workload, marks.annotations['argocd.argoproj.io/tracking-id'])
    if (tracked !== undefined) {
      const { name } = tracked
      const namespace = tracked.namespace ?? applicationNamed(name)?.namespace ?? 'argocd'
      return found('tracking-id', { kind: 'Application', namespace, name })
    }
    const inventoried = listed.get(workloadKey(workload))
    if (inventoried !== undefined) return found('inventory', inventoried)
    const instance = applicationNamed(marks.labels['argocd.argoproj.io/instance'] ?? '')
    return (
      instance && found('label', { kind: 'Application', namespace: instance.namespace, name: instance.name })
    )
  }
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/ and /helm/helmreleases/: both label what they apply. */
function fluxLabels(
  { labels }: Marks,
  controller: 'helm' | 'kustomize',
): { readonly namespace: string; readonly name: string } | undefined {
  const name = labels[`${controller}.toolkit.fluxcd.io/name`]
  const namespace = labels[`${controller}.toolkit.fluxcd.io/namespace`]
  return name === undefined || namespace === undefined ? undefined : { namespace, name }
}

/**
 * The Application of a tracking id, `[namespace_]app:group/Kind:namespace/name`. It counts only where it names the very object
 * that bears it, since controllers copy annotations: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
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

type Listed = Omit<RolloutSource, 'by'> & { readonly keys: readonly string[] }

function sourcesOf(objects: RolloutObjects): readonly Listed[] {
  const repositories = new Map(
    objects.gitRepositories.map(({ metadata: { namespace, name }, spec }) => [`${namespace}/${name}`, spec]),
  )
  const placeOf = (namespace: string, from: z.infer<typeof reference> | undefined): SourcePlace => {
    const git = repositories.get(`${from?.namespace ?? namespace}/${from?.name}`)
    if (git === undefined || from?.kind !== 'GitRepository') return {}
    const revision = git.ref?.commit ?? git.ref?.tag ?? git.ref?.branch
    return { repository: git.url, ...(revision === undefined ? {} : { revision }) }
  }
  return [
    ...objects.applications.map(argoSource),
    ...objects.kustomizations.map(({ metadata: { namespace, name }, spec, status }): Listed => {
      const path = spec.path === undefined ? {} : { path: spec.path }
      const places = [{ ...placeOf(namespace, spec.sourceRef), ...path }]
      return {
        kind: 'Kustomization',
        namespace,
        name,
        places,
        keys: inventoryKeys(status?.inventory?.entries),
      }
    }),
    ...objects.helmReleases.map(({ metadata: { namespace, name }, spec, status }): Listed => {
      const chart = spec.chart?.spec
      const places =
        chart === undefined ? [] : [{ ...placeOf(namespace, chart.sourceRef), chart: chart.chart }]
      return { kind: 'HelmRelease', namespace, name, places, keys: inventoryKeys(status?.inventory?.entries) }
    }),
  ]
}

function argoSource({
  metadata: { namespace, name, ownerReferences },
  spec,
  status,
}: z.infer<typeof applicationSchema>): Listed {
  const generator = ownerReferences.find(({ kind }) => kind === 'ApplicationSet')?.name
  const places = (spec.sources ?? (spec.source === undefined ? [] : [spec.source])).map(
    ({ repoURL, path, chart, targetRevision }): SourcePlace => ({
      ...(repoURL === undefined ? {} : { repository: repoURL }),
      ...(path === undefined ? {} : { path }),
      ...(chart === undefined ? {} : { chart }),
      ...(targetRevision === undefined ? {} : { revision: targetRevision }),
    }),
  )
  const keys = (status?.resources ?? []).map((one) => workloadKey({ ...one, namespace: one.namespace ?? '' }))
  return {
    kind: 'Application',
    namespace,
    name,
    places,
    keys,
    ...(generator === undefined ? {} : { generator }),
  }
}

/** An entry is `namespace_name_group_Kind`; a name can hold no underscore. */
const inventoryKeys = (entries: readonly { readonly id: string }[] = []): readonly string[] =>
  entries.map(({ id }) => {
    const [namespace = '', name = '', , kind = ''] = id.split('_')
    return workloadKey({ namespace, name, kind })
  })
