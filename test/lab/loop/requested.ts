import { parse } from 'yaml'
import { isReady, type Pod } from './kubelet.ts'
import { numberOf, podsOf } from './load.ts'
import type { Repository } from './repository.ts'
import { services } from './services.ts'

/** What one pod requests: millicores and mebibytes. */
export interface Requested {
  readonly cpu: number
  readonly memory: number
}

type Requests = Readonly<Record<string, string>> | undefined
type Template = {
  readonly spec: { readonly containers: readonly [{ readonly resources: { readonly requests?: Requests } }] }
}

interface Manifest {
  readonly spec: {
    readonly template?: Template
    /** Values of a release. */
    readonly values?: { readonly resources: { readonly requests?: Requests } }
  }
}

const amounts = ({ spec: { containers } }: Template): Requested => ({
  cpu: Math.round(numberOf(containers[0].resources.requests?.['cpu']) * 1000),
  memory: Math.round(numberOf(containers[0].resources.requests?.['memory']) / 1024 ** 2),
})

/** What the ready pods of each service request in the cluster. Throws where two pods of one service differ. */
export function requestedIn(pods: readonly Pod[]): ReadonlyMap<string, Requested> {
  return new Map(
    services.map((service) => {
      const [first, ...rest] = podsOf(service, pods).filter(isReady).map(amounts)
      if (first === undefined) throw new Error(`${service.name} has no ready pod`)
      if (rest.some(({ cpu, memory }) => cpu !== first.cpu || memory !== first.memory))
        throw new Error(`the pods of ${service.name} request different amounts`)
      return [service.name, first]
    }),
  )
}

/** What one pod of each service requests by the manifests on `main`. */
export const requestedByGit = ({ read }: Repository): ReadonlyMap<string, Requested> =>
  new Map(
    services.map(({ directory, name }) => {
      const { spec } = parse(read(`${directory}/${name}.yaml`)) as Manifest
      const template = spec.template ?? {
        spec: { containers: [{ resources: spec.values?.resources ?? {} }] },
      }
      return [name, amounts(template)]
    }),
  )
