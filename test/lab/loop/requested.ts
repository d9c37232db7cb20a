import { parseAllDocuments } from 'yaml'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { isReady, type Pod, type PodContainer } from './kubelet.ts'
import { newestOf, podsOf } from './load.ts'
import { type Repository, sizesFileOf } from './repository.ts'
import { numberOf } from './series.ts'
import { namespaceOf, type Service } from './services.ts'

/** Millicores and mebibytes. */
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
    readonly jobTemplate?: { readonly spec: { readonly template: Template } }
    /** Values of a release. */
    readonly values?: { readonly resources: { readonly requests?: Requests } }
  }
}

const amounts = ({ requests }: { readonly requests?: Requests }): Requested => ({
  cpu: Math.round(numberOf(requests?.['cpu'] ?? '0') * 1000),
  memory: Math.round(numberOf(requests?.['memory'] ?? '0') / 1024 ** 2),
})

/** The pods of a service that have its template: the ready ones, or the last one of a CronJob. */
function currentPods(service: Service, pods: readonly Pod[]): readonly Pod[] {
  const own = podsOf(service, pods)
  const newest = newestOf(own)
  return service.kind === 'CronJob' ? (newest === undefined ? [] : [newest]) : own.filter(isReady)
}

/** What the main container of a pod of each service requests in the cluster. Throws where two pods of one service differ. */
export function requestedIn(
  services: readonly Service[],
  pods: readonly Pod[],
): ReadonlyMap<string, Requested> {
  return new Map(
    services.map((service) => {
      const [first, ...rest] = currentPods(service, pods).map(({ spec }) =>
        amounts(spec.containers[0].resources),
      )
      if (first === undefined) throw new Error(`${service.name} has no ready pod`)
      if (rest.some(({ cpu, memory }) => cpu !== first.cpu || memory !== first.memory))
        throw new Error(`the pods of ${service.name} request different amounts`)
      return [service.name, first]
    }),
  )
}

/** What the main container of each service requests by the manifests on `main`. */
export const requestedByGit = (
  services: readonly Service[],
  { read }: Repository,
): ReadonlyMap<string, Requested> =>
  new Map(
    services.map((service) => {
      const [manifest] = parseAllDocuments(read(sizesFileOf(service))).map((one) => one.toJS() as Manifest)
      const { template, jobTemplate, values } = manifest?.spec ?? {}
      const found = template ?? jobTemplate?.spec.template
      return [service.name, amounts(found?.spec.containers[0].resources ?? values?.resources ?? {})]
    }),
  )

/** What the ready pods of each service request together, with all their containers. CronJobs are left out. */
export function requestedByPods(
  services: readonly Service[],
  pods: readonly Pod[],
): ReadonlyMap<string, Requested> {
  const always = services.filter(({ kind }) => kind !== 'CronJob')
  return new Map(
    always.map((service) => {
      const containers = currentPods(service, pods).flatMap(({ spec }) => spec.containers)
      return [service.name, sumOf(containers.map(({ resources }) => amounts(resources)))]
    }),
  )
}

/** The sum of amounts. */
export const sumOf = (all: Iterable<Requested>): Requested => {
  const sum = { cpu: 0, memory: 0 }
  for (const { cpu, memory } of all) {
    sum.cpu += cpu
    sum.memory += memory
  }
  return sum
}

interface Autoscaler {
  readonly spec: {
    readonly minReplicas: number
    readonly maxReplicas: number
    readonly metrics: readonly {
      readonly resource: { readonly name: string; readonly target: { readonly averageUtilization: number } }
    }[]
  }
}

/** A change as the trailer of a commit states it. */
interface Stated {
  readonly container: string | undefined
  readonly field: string
  readonly to: string
}

/** Text of a change: `prod/shop/Deployment/web app requests.cpu 500m 250m rules file`, with `-` for no container. */
function readChange(change: string): Stated & { readonly name: string } {
  const [workload = '', container, field = '', , to = ''] = change.split(' ')
  const name = workload.split('/').at(-1) ?? ''
  return { name, container: container === '-' ? undefined : container, field, to }
}

function sizeOf({ resources, env = [] }: PodContainer, field: string): string | undefined {
  const [group, name = ''] = field.split('.')
  if (group === 'env') return env.find((one) => one.name === name)?.value
  return group === 'requests' ? resources.requests?.[name] : resources.limits?.[name]
}

async function scalerValue(
  { call }: Pick<ControlPlane, 'call'>,
  service: Service,
  field: string,
): Promise<string> {
  const path = `/apis/autoscaling/v2/namespaces/${namespaceOf(service)}/horizontalpodautoscalers/${service.name}`
  const { spec } = (await call('GET', path)) as Autoscaler
  const [, name, resource] = field.split('.')
  if (name !== 'target') return String(name === 'minReplicas' ? spec.minReplicas : spec.maxReplicas)
  const metric = spec.metrics.find((one) => one.resource.name === resource)
  return String(metric?.resource.target.averageUtilization)
}

const isSame = (one: string | undefined, other: string): boolean =>
  one === other || numberOf(one) === numberOf(other)

/** The changes of commits that the pods and HPAs of a cluster do not have. */
export async function notInCluster(
  changes: readonly string[],
  services: readonly Service[],
  { plane, pods }: { readonly plane: Pick<ControlPlane, 'call'>; readonly pods: readonly Pod[] },
): Promise<readonly string[]> {
  const lacking: string[] = []
  for (const change of changes) {
    const { name, container, field, to } = readChange(change)
    const service = services.find((one) => one.name === name)
    if (service === undefined) throw new Error(`no service of the lab: ${change}`)
    const found =
      container === undefined
        ? [await scalerValue(plane, service, field)]
        : currentPods(service, pods).flatMap(({ spec }) =>
            spec.containers.filter((one) => one.name === container).map((one) => sizeOf(one, field)),
          )
    if (found.length === 0 || !found.every((one) => isSame(one, to))) lacking.push(change)
  }
  return lacking
}
