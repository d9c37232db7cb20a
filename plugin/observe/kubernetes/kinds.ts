/** A kind of object that is listed. */
export interface ListedKind {
  readonly kind: string
  /** `apps/v1`; `v1` for the core group. */
  readonly api: string
  readonly plural: string
  /** Only the objects with this value of a field, as `kubectl --field-selector` takes it. */
  readonly fieldSelector?: string
  /** Set when spec and status are not needed. */
  readonly detail?: 'metadata'
  /** What is unknown when it cannot be listed. */
  readonly loss: string
  /** Served only when its operator is installed: no warning when it is absent. */
  readonly optional?: true
  /** In no namespace: it is listed in the whole cluster even where namespaces are given. */
  readonly clusterWide?: true
}

/** A custom resource that controls pods, from the settings. */
export interface CustomKind {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

const health = 'their state is unknown, and they count as healthy'
const source = 'sources of workloads may be unknown'

/** The controllers of pods that are right-sized. */
export const controllerKinds: readonly ListedKind[] = [
  { kind: 'Deployment', api: 'apps/v1', plural: 'deployments', loss: health },
  { kind: 'StatefulSet', api: 'apps/v1', plural: 'statefulsets', loss: health },
  { kind: 'DaemonSet', api: 'apps/v1', plural: 'daemonsets', loss: health },
  { kind: 'CronJob', api: 'batch/v1', plural: 'cronjobs', loss: health },
  { kind: 'Rollout', api: 'argoproj.io/v1alpha1', plural: 'rollouts', loss: health, optional: true },
]

/** The kinds from the settings as listed kinds. */
export const customControllers = (kinds: readonly CustomKind[]): readonly ListedKind[] =>
  kinds.map(({ apiVersion, kind, plural }) => ({ kind, api: apiVersion, plural, loss: health }))

/** All other kinds that are read. */
export const otherKinds = {
  replicaSets: {
    kind: 'ReplicaSet',
    api: 'apps/v1',
    plural: 'replicasets',
    detail: 'metadata',
    loss: 'their owners are taken from metrics',
  },
  jobs: {
    kind: 'Job',
    api: 'batch/v1',
    plural: 'jobs',
    detail: 'metadata',
    loss: 'their owners are taken from metrics',
  },
  pods: { kind: 'Pod', api: 'v1', plural: 'pods', loss: 'crash loops and OOM kills are taken from metrics' },
  horizontal: {
    kind: 'HorizontalPodAutoscaler',
    api: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    loss: 'live autoscalers are unknown',
  },
  vertical: {
    kind: 'VerticalPodAutoscaler',
    api: 'autoscaling.k8s.io/v1',
    plural: 'verticalpodautoscalers',
    loss: 'vertical autoscalers are unknown',
    optional: true,
  },
  scaledObjects: {
    kind: 'ScaledObject',
    api: 'keda.sh/v1alpha1',
    plural: 'scaledobjects',
    loss: 'KEDA autoscalers are unknown',
    optional: true,
  },
  limitRanges: {
    kind: 'LimitRange',
    api: 'v1',
    plural: 'limitranges',
    loss: 'limits of namespaces are unknown',
  },
  quotas: {
    kind: 'ResourceQuota',
    api: 'v1',
    plural: 'resourcequotas',
    loss: 'quotas of namespaces are unknown',
  },
  budgets: {
    kind: 'PodDisruptionBudget',
    api: 'policy/v1',
    plural: 'poddisruptionbudgets',
    loss: 'disruption budgets are unknown',
  },
  refusals: {
    kind: 'Event',
    api: 'v1',
    plural: 'events',
    fieldSelector: 'reason=FailedCreate',
    loss: 'why pods of StatefulSets and DaemonSets are refused is unknown',
  },
  nodes: {
    kind: 'Node',
    api: 'v1',
    plural: 'nodes',
    loss: 'no value is bounded by the size of the nodes',
    clusterWide: true,
  },
  applications: {
    kind: 'Application',
    api: 'argoproj.io/v1alpha1',
    plural: 'applications',
    loss: source,
    optional: true,
  },
  applicationSets: {
    kind: 'ApplicationSet',
    api: 'argoproj.io/v1alpha1',
    plural: 'applicationsets',
    detail: 'metadata',
    loss: source,
    optional: true,
  },
  kustomizations: {
    kind: 'Kustomization',
    api: 'kustomize.toolkit.fluxcd.io/v1',
    plural: 'kustomizations',
    loss: source,
    optional: true,
  },
  helmReleases: {
    kind: 'HelmRelease',
    api: 'helm.toolkit.fluxcd.io/v2',
    plural: 'helmreleases',
    loss: source,
    optional: true,
  },
  gitRepositories: {
    kind: 'GitRepository',
    api: 'source.toolkit.fluxcd.io/v1',
    plural: 'gitrepositories',
    loss: source,
    optional: true,
  },
  podMetrics: {
    kind: 'PodMetrics',
    api: 'metrics.k8s.io/v1beta1',
    plural: 'pods',
    loss: 'no samples can be gathered',
  },
  tortoises: {
    kind: 'Tortoise',
    api: 'autoscaling.mercari.com/v1beta3',
    plural: 'tortoises',
    loss: 'scaling policies of Tortoises are unknown',
    optional: true,
  },
} as const satisfies Readonly<Record<string, ListedKind>>

/** Path of a collection in one namespace, or in all when it is left out. */
export function collectionPath(
  { api, plural }: Pick<ListedKind, 'api' | 'plural'>,
  namespace?: string,
): string {
  const root = api.includes('/') ? `/apis/${api}` : `/api/${api}`
  return namespace === undefined
    ? `${root}/${plural}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
}

/** API group of an API version; empty for the core group. */
export const groupOf = (api: string): string => (api.includes('/') ? (api.split('/', 1)[0] ?? '') : '')
