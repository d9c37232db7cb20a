import type * as z from 'zod'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import { type ApiServerOptions, openApiServer } from './api-server.ts'
import { otherKinds } from './kinds.ts'
import { type ClusterPorts, lister } from './lister.ts'
import { applicationSchema } from './rollout-objects.ts'

/** The cluster that Argo CD runs on, and the destination of the cluster to read. */
export interface HubOptions extends ApiServerOptions {
  /** Name of the hub in the settings. */
  readonly cluster: string
  /** Names or URLs of the cluster to read in `spec.destination` of Applications. */
  readonly destinations: readonly string[]
}

type Application = z.infer<typeof applicationSchema>

/** Names of the cluster that Argo CD itself runs on: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters */
const ownDestinations = ['in-cluster', 'https://kubernetes.default.svc']

/** Applications, by whether they roll out to a cluster. */
export interface ApplicationsOf {
  readonly own: readonly Application[]
  readonly others: readonly Application[]
}

/** The Applications of a cluster; its own roll out to the cluster they are in. `url` is its API server. */
export const localApplications = (applications: readonly Application[], url: string): ApplicationsOf =>
  split(applications, ({ spec: { destination } }) => {
    const { name, server } = destination ?? {}
    const places = [name, server].filter((one) => one !== undefined && one !== '')
    return places.length === 0 || places.some((one) => isOneOf(one, [...ownDestinations, url]))
  })

const split = (
  applications: readonly Application[],
  isOwn: (application: Application) => boolean,
): ApplicationsOf => ({
  own: applications.filter(isOwn),
  others: applications.filter((one) => !isOwn(one)),
})

/** The Applications of a hub, by whether they roll out to a cluster. When the hub cannot be read, a warning is reported and there are none. */
export async function hubApplications(
  hub: HubOptions,
  { of, url, ports }: { readonly of: string; readonly url: string; readonly ports: ClusterPorts },
): Promise<ApplicationsOf> {
  try {
    const server = await openApiServer(hub, ports.pause)
    const { list } = lister(server, { cluster: hub.cluster, namespaces: [], progress: ports.progress })
    const applications = await list(otherKinds.applications, applicationSchema)
    return split(applications, ({ spec: { destination } }) =>
      [destination?.name, destination?.server].some((one) => isOneOf(one, [...hub.destinations, url])),
    )
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const reasons = error.problems.map(printProblem).join('; ')
    const message = `cluster ${of}: the Applications on cluster ${hub.cluster} cannot be read, so sources of workloads may be unknown: ${reasons}`
    ports.progress({ kind: 'warning', message })
    return { own: [], others: [] }
  }
}

const isOneOf = (place: string | undefined, known: readonly string[]): boolean =>
  place !== undefined && known.some((one) => bare(one) === bare(place))

const bare = (place: string): string => place.replace(/\/+$/, '')
