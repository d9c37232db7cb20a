import type * as z from 'zod'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import { type ApiServerOptions, openApiServer } from './api-server.ts'
import { otherKinds } from './kinds.ts'
import { type ClusterPorts, lister } from './lister.ts'
import { applicationSchema } from './rollout-source.ts'

/** The cluster that Argo CD runs on, and how its Applications call the one that is read. */
export interface HubOptions extends ApiServerOptions {
  /** Name of the hub in settings. */
  readonly cluster: string
  /** Names or URLs in `spec.destination`. */
  readonly destinations: readonly string[]
}

type Application = z.infer<typeof applicationSchema>

/** A hub calls itself so: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters */
const ownDestinations = ['in-cluster', 'https://kubernetes.default.svc']

/** The Applications that roll out to the cluster they stand in. */
export const applicationsAtHome = (
  applications: readonly Application[],
  url: string,
): readonly Application[] =>
  applications.filter(({ spec: { destination } }) => {
    const { name, server } = destination ?? {}
    const places = [name, server].filter((one) => one !== undefined && one !== '')
    return places.length === 0 || places.some((one) => isOneOf(one, [...ownDestinations, url]))
  })

/** The Applications of a hub that roll out to a cluster. A hub that cannot be read is told, and costs what it would have told. */
export async function applicationsOfHub(
  hub: HubOptions,
  { of, url, ports }: { readonly of: string; readonly url: string; readonly ports: ClusterPorts },
): Promise<readonly Application[]> {
  try {
    const server = await openApiServer(hub, ports.pause)
    const { list } = lister(server, { cluster: hub.cluster, namespaces: [], progress: ports.progress })
    const applications = await list(otherKinds.applications, applicationSchema)
    return applications.filter(({ spec: { destination } }) =>
      [destination?.name, destination?.server].some((one) => isOneOf(one, [...hub.destinations, url])),
    )
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const reasons = error.problems.map(printProblem).join('; ')
    const message = `cluster ${of}: the Applications on cluster ${hub.cluster} are unknown, and with them the sources of workloads: ${reasons}`
    ports.progress({ kind: 'warning', message })
    return []
  }
}

const isOneOf = (place: string | undefined, known: readonly string[]): boolean =>
  place !== undefined && known.some((one) => bare(one) === bare(place))

const bare = (place: string): string => place.replace(/\/+$/, '')
