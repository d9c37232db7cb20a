import * as z from 'zod'
import { workloadKey } from '../../model/workload.ts'

/** A location of the manifests, chart or values that are rolled out. */
export interface SourceLocation {
  /** URL of the repository (or chart registry); left out when Flux's source object cannot be read. */
  readonly repository?: string
  readonly path?: string
  readonly chart?: string
  readonly revision?: string
}

/** The Argo CD or Flux object that rolls out a live workload, and what names it. */
export interface RolloutSource {
  readonly kind: 'Application' | 'Kustomization' | 'HelmRelease'
  readonly namespace: string
  readonly name: string
  /** `tracking-id` and `label` are on the workload; `inventory` is in the status of the object. */
  readonly by: 'tracking-id' | 'label' | 'inventory'
  /** The ApplicationSet that generates the Application. */
  readonly generator?: string
  readonly places: readonly SourceLocation[]
}

const metadata = z.object({
  name: z.string(),
  namespace: z.string().default('default'),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
})
const argoPlace = z.looseObject({
  repoURL: z.string().optional(),
  path: z.string().optional(),
  chart: z.string().optional(),
  targetRevision: z.string().optional(),
})

export const applicationSchema = z.object({
  metadata,
  spec: z.looseObject({
    source: argoPlace.optional(),
    sources: z.array(argoPlace).optional(),
    destination: z.object({ name: z.string().optional(), server: z.string().optional() }).optional(),
  }),
  status: z
    .object({
      sync: z
        .object({ revision: z.string().optional(), revisions: z.array(z.string()).optional() })
        .optional(),
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
const reference = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() })
export const kustomizationSchema = z.object({
  metadata,
  spec: z.object({
    path: z.string().optional(),
    sourceRef: reference.optional(),
    /** Set when it is rolled out to another cluster. */
    kubeConfig: z.object({}).nullish(),
  }),
  status: z.object({ inventory }).optional(),
})
export const helmReleaseSchema = z.object({
  metadata,
  spec: z.looseObject({
    chart: z
      .looseObject({ spec: z.looseObject({ chart: z.string(), sourceRef: reference.optional() }) })
      .optional(),
  }),
  status: z
    .object({ inventory, history: z.array(z.object({ chartVersion: z.string().optional() })).optional() })
    .optional(),
})
export const gitRepositorySchema = z.object({
  metadata,
  spec: z.object({
    url: z.string(),
    ref: z
      .object({
        branch: z.string().optional(),
        tag: z.string().optional(),
        semver: z.string().optional(),
        name: z.string().optional(),
        commit: z.string().optional(),
      })
      .optional(),
  }),
  status: z.object({ artifact: z.object({ revision: z.string().optional() }).optional() }).optional(),
})

/** The objects of Argo CD and Flux that roll out workloads. */
export interface RolloutObjects {
  readonly applications: readonly z.infer<typeof applicationSchema>[]
  readonly kustomizations: readonly z.infer<typeof kustomizationSchema>[]
  readonly helmReleases: readonly z.infer<typeof helmReleaseSchema>[]
  readonly gitRepositories: readonly z.infer<typeof gitRepositorySchema>[]
}

/** A source with the keys of the workloads in its inventory. */
export type InventoriedSource = Omit<RolloutSource, 'by'> & { readonly keys: readonly string[] }

/** All sources that roll out workloads. */
export function sourcesOf(objects: RolloutObjects): readonly InventoriedSource[] {
  const repositories = new Map(
    objects.gitRepositories.map(({ metadata: { namespace, name }, spec }) => [`${namespace}/${name}`, spec]),
  )
  const placeOf = (namespace: string, from: z.infer<typeof reference> | undefined): SourceLocation => {
    const git = repositories.get(`${from?.namespace ?? namespace}/${from?.name}`)
    if (git === undefined || from?.kind !== 'GitRepository') return {}
    const revision = git.ref?.commit ?? git.ref?.tag ?? git.ref?.branch
    return { repository: git.url, ...(revision === undefined ? {} : { revision }) }
  }
  return [
    ...objects.applications.map(argoSource),
    ...objects.kustomizations.map(({ metadata: { namespace, name }, spec, status }): InventoriedSource => {
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
    ...objects.helmReleases.map(({ metadata: { namespace, name }, spec, status }): InventoriedSource => {
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
}: z.infer<typeof applicationSchema>): InventoriedSource {
  const generator = ownerReferences.find(({ kind }) => kind === 'ApplicationSet')?.name
  const places = (spec.sources ?? (spec.source === undefined ? [] : [spec.source])).map(
    ({ repoURL, path, chart, targetRevision }): SourceLocation => ({
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

/** Flux's entries are `namespace_name_group_Kind`; names contain no underscore. */
const inventoryKeys = (entries: readonly { readonly id: string }[] = []): readonly string[] =>
  entries.map(({ id }) => {
    const [namespace = '', name = '', , kind = ''] = id.split('_')
    return workloadKey({ namespace, name, kind })
  })
