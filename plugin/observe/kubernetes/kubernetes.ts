import type { Observation } from '../../model/observation.ts'
import { inParallel } from '../../model/parallel.ts'
import { workloadKey } from '../../model/workload.ts'
import { type ApiServerOptions, openApiServer } from './api-server.ts'
import {
  autoscalersByWorkload,
  horizontalSchema,
  scaledObjectSchema,
  tortoiseSchema,
  tortoisesByWorkload,
  verticalSchema,
  verticalsByWorkload,
} from './autoscalers.ts'
import { type Controller, controllerSchema, podCounts, unhealthyReason } from './health.ts'
import { applicationsAtHome, applicationsOfHub, type HubOptions } from './hub.ts'
import { type CustomKind, controllerKinds, customControllers, type ListedKind, otherKinds } from './kinds.ts'
import { type ClusterPorts, type Lister, lister } from './lister.ts'
import type { LiveCluster, LiveWorkload } from './live.ts'
import { controllersOf, ownedSchema, podSchema, reportsByWorkload } from './live-pods.ts'
import {
  budgetSchema,
  disruptionsAllowed,
  limitRangeSchema,
  namespaceBounds,
  quotaSchema,
} from './namespace-bounds.ts'
import {
  applicationSchema,
  gitRepositorySchema,
  helmReleaseSchema,
  kustomizationSchema,
  sourceFinder,
} from './rollout-source.ts'

/** Which cluster to read. */
export interface ClusterOptions extends ApiServerOptions {
  /** Name of the cluster in settings. */
  readonly cluster: string
  /** Only these namespaces, so that a Role is enough; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** Custom resources that control pods. */
  readonly kinds?: readonly CustomKind[]
  /** Argo CD runs on another cluster. */
  readonly hub?: HubOptions
}

/**
 * Reads what a cluster holds now with get and list only. Kinds that may not be read, or that it does not serve, cost what they
 * would have told. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
 */
export async function readCluster(options: ClusterOptions, ports: ClusterPorts): Promise<LiveCluster> {
  const { cluster, namespaces = [], kinds = [] } = options
  const server = await openApiServer(options, ports.pause)
  const from = lister(server, { cluster, namespaces, progress: ports.progress })
  const read = await readObjects(from, [...controllerKinds, ...customControllers(kinds)])
  const { url } = server
  const afar =
    options.hub === undefined ? [] : await applicationsOfHub(options.hub, { of: cluster, url, ports })
  const applications = [...afar, ...applicationsAtHome(read.applications, url)]
  const version = await server.version()
  const replicaSets = controllersOf(read.replicaSets)
  const jobs = controllersOf(read.jobs)
  return {
    cluster,
    ...(version === undefined ? {} : { version }),
    workloads: workloadsOf({ ...read, applications }, reportsByWorkload(read.pods, { replicaSets, jobs })),
    replicaSets,
    jobs,
    pods: controllersOf(read.pods),
    bounds: namespaceBounds(read.limitRanges, read.quotas),
    unread: from.unread,
  }
}

/** Everything that is read, kind by kind, a few at a time. */
async function readObjects({ list }: Lister, controllers: readonly ListedKind[]) {
  const found: { readonly kind: ListedKind; readonly object: Controller }[] = []
  const keep = <T>(load: () => Promise<readonly T[]>) => {
    const kept: T[] = []
    const task = async () => {
      for (const one of await load()) kept.push(one)
    }
    return { kept, task }
  }
  const read = {
    replicaSets: keep(() => list(otherKinds.replicaSets, ownedSchema)),
    jobs: keep(() => list(otherKinds.jobs, ownedSchema)),
    pods: keep(() => list(otherKinds.pods, podSchema)),
    horizontal: keep(() => list(otherKinds.horizontal, horizontalSchema)),
    vertical: keep(() => list(otherKinds.vertical, verticalSchema)),
    scaledObjects: keep(() => list(otherKinds.scaledObjects, scaledObjectSchema)),
    limitRanges: keep(() => list(otherKinds.limitRanges, limitRangeSchema)),
    quotas: keep(() => list(otherKinds.quotas, quotaSchema)),
    budgets: keep(() => list(otherKinds.budgets, budgetSchema)),
    applications: keep(() => list(otherKinds.applications, applicationSchema)),
    applicationSets: keep(() => list(otherKinds.applicationSets, ownedSchema)),
    kustomizations: keep(() => list(otherKinds.kustomizations, kustomizationSchema)),
    helmReleases: keep(() => list(otherKinds.helmReleases, helmReleaseSchema)),
    gitRepositories: keep(() => list(otherKinds.gitRepositories, gitRepositorySchema)),
    tortoises: keep(() => list(otherKinds.tortoises, tortoiseSchema)),
  }
  const tasks = [
    ...controllers.map((kind) => async () => {
      for (const object of await list(kind, controllerSchema)) found.push({ kind, object })
    }),
    ...Object.values(read).map(({ task }) => task),
  ]
  await inParallel(tasks, (task) => task())
  return {
    controllers: found,
    replicaSets: read.replicaSets.kept,
    jobs: read.jobs.kept,
    pods: read.pods.kept,
    horizontal: read.horizontal.kept,
    vertical: read.vertical.kept,
    scaledObjects: read.scaledObjects.kept,
    limitRanges: read.limitRanges.kept,
    quotas: read.quotas.kept,
    budgets: read.budgets.kept,
    applications: read.applications.kept,
    kustomizations: read.kustomizations.kept,
    helmReleases: read.helmReleases.kept,
    gitRepositories: read.gitRepositories.kept,
    tortoises: read.tortoises.kept,
  }
}

type Read = Awaited<ReturnType<typeof readObjects>>

function workloadsOf(read: Read, reports: ReturnType<typeof reportsByWorkload>): readonly LiveWorkload[] {
  const scalers = autoscalersByWorkload(read.horizontal, read.scaledObjects)
  const verticals = verticalsByWorkload(read.vertical)
  const tortoises = tortoisesByWorkload(read.tortoises)
  const findSource = sourceFinder(read)
  return read.controllers.map(({ kind, object }): LiveWorkload => {
    const { namespace, name, labels, annotations } = object.metadata
    const workload = { apiVersion: kind.api, kind: kind.kind, namespace, name }
    const key = workloadKey(workload)
    const { kills = [], crashing } = reports.get(key) ?? {}
    return withoutUndefined({
      workload,
      ...podCounts(kind.kind, object),
      autoscaler: scalers.get(key),
      vertical: verticals.get(key),
      tortoise: tortoises.get(key),
      disruptionsAllowed: disruptionsAllowed(read.budgets, {
        namespace,
        labels: object.spec?.template?.metadata?.labels ?? {},
      }),
      kills: kills.length === 0 ? undefined : kills,
      source: findSource(workload, { labels, annotations }),
      unhealthy: crashing ?? unhealthyReason(kind.kind, object),
    })
  })
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** A copy without the parts that are undefined. */
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Defined<T>

/** Adds what a cluster tells of its workloads now: that one does not fare well, kills that no metric told, Tortoises. */
export function withLive(
  observations: readonly Observation[],
  { cluster, workloads }: LiveCluster,
): readonly Observation[] {
  const live = new Map(workloads.map((one) => [workloadKey(one.workload), one]))
  return observations.map((observation) => {
    const found = observation.cluster === cluster ? live.get(workloadKey(observation.workload)) : undefined
    if (found === undefined) return observation
    const killed = withKills(observation, found)
    const unhealthy = observation.unhealthy ?? found.unhealthy
    const { policies = [] } = found.tortoise ?? {}
    return {
      ...killed,
      ...(unhealthy === undefined ? {} : { unhealthy }),
      ...(policies.length === 0 ? {} : { policies }),
    }
  })
}

function withKills(observation: Observation, { kills = [] }: LiveWorkload): Observation {
  const from = Date.parse(observation.window.from) / 1000
  const fresh = kills.filter(({ time }) => time >= from)
  if (fresh.length === 0) return observation
  const containers = observation.containers.map((usage) => {
    const times = fresh.filter(({ container }) => container === usage.container).map(({ time }) => time)
    if (usage.oomKills > 0 || times.length === 0) return usage
    return { ...usage, oomKills: times.length, oomTimes: times.sort((one, other) => one - other) }
  })
  return { ...observation, containers }
}
