import type { PodStart } from '../../model/pod-start.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { prometheus } from './client.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'

/** The workloads of one cluster whose pods are looked up. */
export interface PodStartsRequest extends PrometheusServer {
  readonly workloads: readonly Workload[]
  /** Labels that select the cluster on a shared server. */
  readonly labels?: Readonly<Record<string, string>>
  readonly window: { readonly from: Date; readonly to: Date }
}

/** What controllers put behind the name of a workload in the names of its pods. */
const suffixes: Readonly<Record<string, RegExp>> = {
  Deployment: /^[a-z0-9]{1,10}-[a-z0-9]{5}$/,
  Rollout: /^[a-z0-9]{1,10}-[a-z0-9]{5}$/,
  StatefulSet: /^\d+$/,
  DaemonSet: /^[a-z0-9]{5}$/,
}

const label = { modern: ['namespace', 'pod'], exported: ['exported_namespace', 'exported_pod'] } as const

/**
 * Reads when the pods of workloads were created in a window, those that have ended too, by `workloadKey`, from kube-state-metrics in one
 * query. Nothing is known, with a warning, where the server does not answer.
 */
export async function readPodStarts(
  request: PodStartsRequest,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, readonly PodStart[]>> {
  const workloads = request.workloads.filter(({ kind }) => suffixes[kind] !== undefined)
  if (workloads.length === 0) return new Map()
  const { from, to } = request.window
  const seconds = Math.ceil((to.getTime() - from.getTime()) / 1000)
  const query = Object.values(label)
    .map((names) => startsQuery(names, { ...request, workloads }, seconds))
    .join(' or ')
  try {
    const rows = await prometheus(request, ports).instant(query, to.getTime() / 1000)
    const pods = rows.flatMap(({ labels, values: [created = Number.NaN] }) => {
      const [namespace, pod] = [
        labels['namespace'] ?? labels['exported_namespace'],
        labels['pod'] ?? labels['exported_pod'],
      ]
      return namespace === undefined || pod === undefined || !(created > 0)
        ? []
        : [{ namespace, pod, created }]
    })
    return startsOf(workloads, pods)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({ kind: 'warning', message: `the rollouts of earlier changes are not known: ${reason}` })
    return new Map()
  }
}

const escaped = (texts: readonly string[]): string =>
  [...new Set(texts)].map((text) => text.replace(/[.*+?()|[\]{}^$\\]/g, '\\$&')).join('|')

function startsQuery(
  [namespace, pod]: readonly [string, string],
  { workloads, labels = {} }: Pick<PodStartsRequest, 'workloads' | 'labels'>,
  seconds: number,
): string {
  const matchers = [
    ...Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    `${namespace}=~${JSON.stringify(escaped(workloads.map((one) => one.namespace)))}`,
    `${pod}=~${JSON.stringify(`(${escaped(workloads.map(({ name }) => name))})-.+`)}`,
  ]
  return `max by (${namespace},${pod}) (max_over_time(kube_pod_created{${matchers.join(',')}}[${seconds}s]))`
}

interface NamedPod extends PodStart {
  readonly namespace: string
}

/** The pods of each workload, found by their names. */
function startsOf(
  workloads: readonly Workload[],
  pods: readonly NamedPod[],
): ReadonlyMap<string, readonly PodStart[]> {
  const found = new Map<string, PodStart[]>()
  const byName = new Map(
    workloads.map((one) => [`${one.namespace}/${one.name}`, workloads.filter(isAlike(one))]),
  )
  for (const { namespace, pod, created } of pods) {
    for (let end = pod.indexOf('-'); end > 0; end = pod.indexOf('-', end + 1)) {
      const own = byName.get(`${namespace}/${pod.slice(0, end)}`) ?? []
      for (const workload of own.filter(({ kind }) => suffixes[kind]?.test(pod.slice(end + 1)))) {
        const key = workloadKey(workload)
        found.set(key, [...(found.get(key) ?? []), { pod, created }])
      }
    }
  }
  return found
}

const isAlike =
  ({ namespace, name }: Workload) =>
  (other: Workload): boolean =>
    other.namespace === namespace && other.name === name
