import * as z from 'zod'
import type { Observation } from '../model/observation.ts'
import { inParallel } from '../model/parallel.ts'
import type { Progress } from '../model/progress.ts'
import { type Workload, workloadKey } from '../model/workload.ts'
import { type ApiServer, type ApiServerOptions, openApiServer } from './api-server.ts'
import { controllerSchema, podCounts, unhealthyReason } from './health.ts'
import type { Owner } from './owners.ts'
import type { Pause } from './request.ts'

/** Which cluster to read. */
export interface ClusterOptions extends ApiServerOptions {
  /** Name of the cluster in settings. */
  readonly cluster: string
  /** Only these namespaces, so that a Role is enough; all when left out or empty. */
  readonly namespaces?: readonly string[]
}

/** A HorizontalPodAutoscaler that scales a workload. */
interface LiveAutoscaler {
  readonly name: string
  readonly minReplicas: number
  readonly maxReplicas: number
}

/** A workload as it stands in the cluster now. Counts are of pods; a CronJob has none. */
export interface LiveWorkload {
  readonly workload: Workload
  readonly replicas?: number
  readonly ready?: number
  readonly updated?: number
  readonly autoscaler?: LiveAutoscaler
  /** Why the workload must be left alone now. */
  readonly unhealthy?: string
}

/** What a cluster holds now. */
export interface LiveCluster {
  readonly cluster: string
  readonly workloads: readonly LiveWorkload[]
  /** Controllers of ReplicaSets, by `namespace/name`. */
  readonly replicaSets: ReadonlyMap<string, Owner>
}

/** What reading a cluster needs from outside. */
export interface ClusterPorts {
  readonly progress: Progress
  readonly pause?: Pause
}

interface Kind {
  readonly api: string
  readonly plural: string
  readonly detail?: 'metadata'
  /** What is not known when the kind cannot be listed. */
  readonly loss: string
}

const health = 'their state is unknown and they count as healthy'
const controllers = {
  Deployment: { api: 'apps/v1', plural: 'deployments', loss: health },
  StatefulSet: { api: 'apps/v1', plural: 'statefulsets', loss: health },
  DaemonSet: { api: 'apps/v1', plural: 'daemonsets', loss: health },
  CronJob: { api: 'batch/v1', plural: 'cronjobs', loss: health },
  Rollout: { api: 'argoproj.io/v1alpha1', plural: 'rollouts', loss: health },
} satisfies Readonly<Record<string, Kind>>
const autoscalers: Kind = {
  api: 'autoscaling/v2',
  plural: 'horizontalpodautoscalers',
  loss: 'live autoscalers are unknown',
}
const replicaSets: Kind = {
  api: 'apps/v1',
  plural: 'replicasets',
  detail: 'metadata',
  loss: 'their owners are taken from metrics',
}

const autoscalerSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default') }),
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().default(1),
    maxReplicas: z.number(),
  }),
})
const replicaSetSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default('default'),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
      .default([]),
  }),
})

/**
 * Reads the state of every workload of a cluster with get and list only. Kinds that may not be read cost a warning.
 * Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
 */
export async function readCluster(options: ClusterOptions, ports: ClusterPorts): Promise<LiveCluster> {
  const server = await openApiServer(options, ports.pause)
  const reader: Reader = { server, options, progress: ports.progress }
  const workloads: LiveWorkload[] = []
  const scalers = new Map<string, LiveAutoscaler>()
  const owners = new Map<string, Owner>()
  const tasks = [
    ...Object.entries(controllers).map(([kind, place]) => async () => {
      for (const object of await read(reader, place, controllerSchema)) {
        workloads.push(liveWorkload(kind, place.api, object))
      }
    }),
    async () => {
      for (const { metadata, spec } of await read(reader, autoscalers, autoscalerSchema)) {
        const { name, namespace } = metadata
        const { scaleTargetRef, minReplicas, maxReplicas } = spec
        scalers.set(workloadKey({ ...scaleTargetRef, namespace }), { name, minReplicas, maxReplicas })
      }
    },
    async () => {
      for (const { metadata } of await read(reader, replicaSets, replicaSetSchema)) {
        const owner = metadata.ownerReferences.find(({ controller }) => controller === true)
        if (owner !== undefined) owners.set(`${metadata.namespace}/${metadata.name}`, owner)
      }
    },
  ]
  await inParallel(tasks, (task) => task())
  const scaled = workloads.map((live): LiveWorkload => {
    const autoscaler = scalers.get(workloadKey(live.workload))
    return autoscaler === undefined ? live : { ...live, autoscaler }
  })
  return { cluster: options.cluster, workloads: scaled, replicaSets: owners }
}

interface Reader {
  readonly server: ApiServer
  readonly options: ClusterOptions
  readonly progress: Progress
}

/** Every readable object of a kind; what cannot be read is told. */
async function read<T>(
  { server, options, progress }: Reader,
  kind: Kind,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const { cluster, namespaces = [] } = options
  const warn = (text: string): void => progress({ kind: 'warning', message: `cluster ${cluster}: ${text}` })
  const scopes = namespaces.length === 0 ? [''] : namespaces.map((name) => `namespaces/${name}/`)
  const found: T[] = []
  for (const scope of scopes) {
    const listing = await server.list(`/apis/${kind.api}/${scope}${kind.plural}`, kind.detail)
    if (listing.kind === 'listed') {
      const objects = listing.items.map((item) => schema.safeParse(item))
      for (const object of objects) if (object.success) found.push(object.data)
      const odd = objects.filter(({ success }) => !success).length
      if (odd > 0) warn(`${odd} ${kind.plural} have an unexpected shape and are left out`)
    } else if (listing.kind === 'forbidden') {
      warn(`may not list ${kind.plural}${scope && ` in ${scope.split('/')[1]}`}: ${kind.loss}`)
    } else if (kind !== controllers.Rollout)
      warn(`does not serve ${kind.plural} of ${kind.api}: ${kind.loss}`)
  }
  return found
}

function liveWorkload(
  kind: string,
  apiVersion: string,
  object: z.infer<typeof controllerSchema>,
): LiveWorkload {
  const { namespace, name } = object.metadata
  const unhealthy = unhealthyReason(kind, object)
  return {
    workload: { apiVersion, kind, namespace, name },
    ...podCounts(kind, object),
    ...(unhealthy === undefined ? {} : { unhealthy }),
  }
}

/** Marks the observations of a cluster whose workload does not fare well now; what was seen in metrics stands. */
export function withHealth(
  observations: readonly Observation[],
  { cluster, workloads }: LiveCluster,
): readonly Observation[] {
  const reasons = new Map(workloads.map(({ workload, unhealthy }) => [workloadKey(workload), unhealthy]))
  return observations.map((observation) => {
    const unhealthy = observation.unhealthy ?? reasons.get(workloadKey(observation.workload))
    const same = observation.cluster !== cluster || unhealthy === undefined
    return same ? observation : { ...observation, unhealthy }
  })
}
