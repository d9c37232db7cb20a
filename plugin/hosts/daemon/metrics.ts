import type { Coverage } from '../../model/coverage.ts'
import type { Outcome } from '../../model/plan.ts'
import { visible } from '../../model/text/clean.ts'
import { type Data, verbatim } from '../../model/text/data.ts'
import { redacted } from '../../model/text/secrets.ts'
import { readValue } from '../../model/value.ts'

type Labels = Readonly<Record<string, string>>

/** Counters and gauges in the text format of Prometheus. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Metrics {
  readonly add: (name: MetricName, labels: Labels, by?: number) => void
  readonly set: (name: MetricName, labels: Labels, value: number) => void
  /** Removes all series of a gauge. */
  readonly clear: (name: MetricName) => void
  /** Removes the series of gauges that a run of a schedule set for each repository. */
  readonly clearRepositories: (schedule: string) => void
  readonly text: () => Data
}

const families = {
  tortoise_runs_total: ['counter', 'Runs by result: done, failed or skipped.'],
  tortoise_run_duration_seconds: ['gauge', 'Duration of the last run.'],
  tortoise_last_success_timestamp_seconds: ['gauge', 'Time of the last successful run.'],
  tortoise_next_run_timestamp_seconds: ['gauge', 'Time of the next run.'],
  tortoise_running: ['gauge', 'Whether a run is in progress.'],
  tortoise_leader: ['gauge', 'Whether this replica runs the schedules.'],
  tortoise_settings_valid: ['gauge', 'Whether the settings that were read last are valid.'],
  tortoise_commits_total: ['counter', 'Created commits.'],
  tortoise_changes: ['gauge', 'Values that should change, in the last run.'],
  tortoise_unsure: ['gauge', 'Values that cannot be decided yet, in the last run.'],
  tortoise_skipped: ['gauge', 'Skipped values, in the last run.'],
  tortoise_workloads_with_usage: ['gauge', 'Workloads of a cluster that have usage, in the last run.'],
  tortoise_workloads_managed: ['gauge', 'Those among them that sources declare.'],
  tortoise_managed_cpu_request_ratio: [
    'gauge',
    'What managed workloads request of the CPU that all workloads with usage request, 0 to 1.',
  ],
  tortoise_managed_memory_request_ratio: ['gauge', 'The same for memory.'],
  tortoise_samples_total: ['counter', 'Container samples that were read from metrics-server.'],
  tortoise_last_sample_timestamp_seconds: ['gauge', 'Time of the last sample from metrics-server.'],
  tortoise_net_cpu_request_cores: [
    'gauge',
    'CPU that the last run adds to the requests of one pod of each workload. Negative numbers are savings.',
  ],
  tortoise_net_memory_request_bytes: [
    'gauge',
    'Memory that the last run adds to the requests of one pod of each workload. Negative numbers are savings.',
  ],
} as const satisfies Readonly<Record<string, readonly [type: 'counter' | 'gauge', help: string]>>

export type MetricName = keyof typeof families

/** An empty registry. */
export function createMetrics(): Metrics {
  const series = new Map<MetricName, Map<string, number>>()
  const of = (name: MetricName): Map<string, number> => {
    const known = series.get(name) ?? new Map<string, number>()
    series.set(name, known)
    return known
  }
  return {
    add: (name, labels, by = 1) =>
      of(name).set(labelText(labels), (of(name).get(labelText(labels)) ?? 0) + by),
    set: (name, labels, value) => of(name).set(labelText(labels), value),
    clear: (name) => of(name).clear(),
    clearRepositories: (schedule) => {
      const prefix = labelText({ schedule }).replace(/\}$/, ',repository=')
      for (const [name, values] of series)
        if (families[name][0] === 'gauge')
          for (const labels of values.keys()) if (labels.startsWith(prefix)) values.delete(labels)
    },
    text: () => verbatim([...series].map(([name, values]) => familyText(name, values)).join('')),
  }
}

function familyText(name: MetricName, values: ReadonlyMap<string, number>): string {
  const [type, help] = families[name]
  const lines = [...values].map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const escaped = (text: string): string => visible(redacted(text)).replace(/[\\"]/g, '\\$&')

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** The labels of a run: its schedule, and where the daemon works on several, its repository and branch. */
export type RunLabels =
  | { readonly schedule: string }
  | { readonly schedule: string; readonly repository: string; readonly branch: string }

/** Records the result of a run. Raised values count as positive. */
export function recordOutcome(metrics: Metrics, labels: RunLabels, { plan, delivery }: Outcome): void {
  const changes = plan.proposal?.changes ?? []
  metrics.set('tortoise_changes', labels, changes.length)
  metrics.set('tortoise_skipped', labels, plan.skipped.length)
  metrics.set(
    'tortoise_unsure',
    labels,
    plan.recommendations.filter(({ verdict }) => verdict === 'unsure').length,
  )
  const net = (field: 'requests.cpu' | 'requests.memory'): number =>
    changes
      .filter((one) => one.field === field)
      .reduce((sum, { from, to }) => sum + (readValue(field, to) ?? 0) - (readValue(field, from) ?? 0), 0)
  metrics.set('tortoise_net_cpu_request_cores', labels, net('requests.cpu') / 1000)
  metrics.set('tortoise_net_memory_request_bytes', labels, net('requests.memory'))
  for (const one of plan.coverage ?? []) recordCoverage(metrics, { ...labels, cluster: one.cluster }, one)
  if (delivery?.created === true) metrics.add('tortoise_commits_total', labels)
}

function recordCoverage(metrics: Metrics, labels: Labels, { used, managed, share }: Coverage): void {
  metrics.set('tortoise_workloads_with_usage', labels, used)
  metrics.set('tortoise_workloads_managed', labels, managed)
  if (share === undefined) return
  metrics.set('tortoise_managed_cpu_request_ratio', labels, share.cpu)
  metrics.set('tortoise_managed_memory_request_ratio', labels, share.memory)
}
