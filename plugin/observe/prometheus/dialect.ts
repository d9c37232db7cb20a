import type { Series } from './response-reader.ts'

/** The labels that name a container in a family of metrics. */
export interface ContainerLabels {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** The metrics and labels that one Prometheus uses for usage and state. A probe detects it, and it is printed. */
export interface Dialect {
  /** The source of usage metrics: cAdvisor, cAdvisor with the labels of Kubernetes before 1.16, GKE's system metrics, or recording rules only. */
  readonly name: 'cadvisor' | 'cadvisor-pod-name' | 'gke-system' | 'rules'
  readonly usage: ContainerLabels
  readonly state: ContainerLabels
  /** `pod`: usage is recorded for whole pods, without the names of containers. */
  readonly level: 'container' | 'pod'
  /** `counter`: CPU seconds, of which a rate is taken; `cores`: the same with a series for each core; `rate`: a recording rule with the rate. */
  readonly cpu: { readonly metric: string; readonly kind: 'counter' | 'cores' | 'rate' }
  readonly memory: { readonly metric: string; readonly matchers: readonly string[] }
  /** Seconds between scrapes of usage, precise to a tenth; 0 without scrapes. */
  readonly scrapeSeconds: number
  /** Jobs that scrape usage; with several, everything is recorded twice. */
  readonly jobs: readonly string[]
  readonly kubeState: 'none' | 'v1' | 'v2'
}

/** Matchers that select real containers: neither the sum over a pod nor its pause container. */
export const realContainer = ({ container }: ContainerLabels): readonly string[] => [
  `${container}!=""`,
  `${container}!="POD"`,
]

/** Matchers that select the series of usage: real containers, or whole pods where no container is named. */
export const usageMatchers = ({ usage, level }: Pick<Dialect, 'usage' | 'level'>): readonly string[] =>
  level === 'pod' ? [`${usage.pod}!=""`, `${usage.container}=""`] : realContainer(usage)

/** Prints a dialect on one line. */
export function printDialect(dialect: Dialect): string {
  const { name, level, cpu, memory, scrapeSeconds, jobs, kubeState } = dialect
  const parts = [
    level === 'pod' ? `${name} of whole pods` : name,
    `CPU from ${cpu.metric}${cpu.kind === 'cores' ? ' (one series for each core)' : ''}`,
    `memory from ${memory.metric}`,
    ...(jobs.length === 0 ? [] : [`job ${jobs.join(' and ')}`]),
    `a scrape every ${scrapeSeconds} s`,
    kubeState === 'none' ? 'no kube-state-metrics' : `kube-state-metrics ${kubeState}`,
  ]
  return parts.join(', ')
}

/** The namespace, pod and container of a series, from labels with the given names. */
export function containerOf(
  { labels }: Series,
  names: ContainerLabels,
): { readonly namespace?: string; readonly pod?: string; readonly container?: string } {
  const { [names.namespace]: namespace, [names.pod]: pod, [names.container]: container } = labels
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
  }
}
