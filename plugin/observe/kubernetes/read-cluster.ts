import type * as z from 'zod'
import { inParallel } from '../../model/parallel.ts'
import { type ApiServerOptions, openApiServer } from './api-server.ts'
import { horizontalSchema, scaledObjectSchema, tortoiseSchema, verticalSchema } from './autoscalers.ts'
import { type Controller, controllerSchema } from './health.ts'
import { type HubOptions, hubApplications, localApplications } from './hub.ts'
import { type CustomKind, controllerKinds, customControllers, type ListedKind, otherKinds } from './kinds.ts'
import { type ClusterPorts, type Lister, lister } from './lister.ts'
import type { LiveCluster } from './live.ts'
import { liveDeclarations } from './live-declarations.ts'
import { controllersOf, ownedSchema, podSchema, podStatusByWorkload, reservedRoom } from './live-pods.ts'
import { liveWorkloads } from './live-workloads.ts'
import { budgetSchema, limitRangeSchema, namespaceBounds, quotaSchema } from './namespace-bounds.ts'
import { nodeFinder, nodeSchema } from './nodes.ts'
import { refusalSchema } from './refusals.ts'
import {
  applicationSchema,
  gitRepositorySchema,
  helmReleaseSchema,
  kustomizationSchema,
} from './rollout-objects.ts'

/** The cluster to read. */
export interface ClusterOptions extends ApiServerOptions {
  /** Name of the cluster in the settings. */
  readonly cluster: string
  /** Only these namespaces, so that a Role in each is enough; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** Custom resources that control pods. */
  readonly kinds?: readonly CustomKind[]
  /** The cluster that Argo CD runs on, when it is another one. */
  readonly hub?: HubOptions
}

/**
 * Reads the live state of a cluster, with get and list only. Kinds that it forbids or does not serve are listed in `unread` and
 * reported as warnings. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
 */
export async function readCluster(options: ClusterOptions, ports: ClusterPorts): Promise<LiveCluster> {
  const { cluster, namespaces = [], kinds = [] } = options
  const server = await openApiServer(options, ports.pause)
  const objects = lister(server, { cluster, namespaces, progress: ports.progress, gathers: true })
  const read = await readObjects(objects, [...controllerKinds, ...customControllers(kinds)])
  objects.report()
  const { url } = server
  const hub = options.hub && (await hubApplications(options.hub, { of: cluster, url, ports }))
  const local = localApplications(read.applications, url)
  const applications = [...(hub?.own ?? []), ...local.own]
  const others = [...(hub?.others ?? []), ...local.others]
  const version = await server.version()
  const replicaSets = controllersOf(read.replicaSets)
  const jobs = controllersOf(read.jobs)
  const findNodes = nodeFinder(read.nodes, reservedRoom(read.pods, { replicaSets, jobs }))
  return {
    cluster,
    ...(version === undefined ? {} : { version }),
    workloads: liveWorkloads(
      { ...read, applications, findNodes },
      podStatusByWorkload(read.pods, { replicaSets, jobs }),
    ),
    replicaSets,
    jobs,
    pods: controllersOf(read.pods),
    bounds: namespaceBounds(read.limitRanges, read.quotas),
    declarations: [
      ...liveDeclarations({ ...read, applications }, cluster),
      ...liveDeclarations({ applications: others, helmReleases: [], gitRepositories: [] }),
    ],
    unread: objects.unread,
  }
}

/** The schemas of all kinds besides the controllers. */
const schemas = {
  replicaSets: ownedSchema,
  jobs: ownedSchema,
  pods: podSchema,
  horizontal: horizontalSchema,
  vertical: verticalSchema,
  scaledObjects: scaledObjectSchema,
  limitRanges: limitRangeSchema,
  quotas: quotaSchema,
  budgets: budgetSchema,
  refusals: refusalSchema,
  nodes: nodeSchema,
  applications: applicationSchema,
  applicationSets: ownedSchema,
  kustomizations: kustomizationSchema,
  helmReleases: helmReleaseSchema,
  gitRepositories: gitRepositorySchema,
  tortoises: tortoiseSchema,
}
type Schemas = typeof schemas
type ObjectsByKind = { readonly [Kind in keyof Schemas]: readonly z.infer<Schemas[Kind]>[] }

/** Lists all kinds, a few in parallel. */
async function readObjects(
  { list }: Lister,
  controllerKinds: readonly ListedKind[],
): Promise<ObjectsByKind & { readonly controllers: readonly { kind: ListedKind; object: Controller }[] }> {
  const controllers: { readonly kind: ListedKind; readonly object: Controller }[] = []
  const others = new Map<string, readonly unknown[]>()
  const tasks = [
    ...controllerKinds.map((kind) => async () => {
      for (const object of await list(kind, controllerSchema)) controllers.push({ kind, object })
    }),
    ...(Object.keys(schemas) as (keyof Schemas)[]).map((name) => async () => {
      others.set(name, await list<unknown>(otherKinds[name], schemas[name]))
    }),
  ]
  await inParallel(tasks, (task) => task())
  // Each list was parsed by the schema of its name.
  return { ...(Object.fromEntries(others) as unknown as ObjectsByKind), controllers }
}
