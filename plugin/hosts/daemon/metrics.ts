import type { Outcome } from '../../model/plan.ts'
import { readValue } from '../../model/value.ts'

type Labels = Readonly<Record<string, string>>

/** Counters and gauges in the text format of Prometheus. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Metrics {
  readonly add: (name: MetricName, labels: Labels, by?: number) => void
  readonly set: (name: MetricName, labels: Labels, value: number) => void
  /** Forgets the series of a gauge, before it is set anew. */
  readonly clear: (name: MetricName) => void
  readonly text: () => string
}

const families = {
  tortoise_runs_total: ['counter', 'Runs by how they ended: done, failed or skipped.'],
  tortoise_run_duration_seconds: ['gauge', 'How long the last run took.'],
  tortoise_last_success_timestamp_seconds: ['gauge', 'When a run last ended well.'],
  tortoise_next_run_timestamp_seconds: ['gauge', 'When the next run is due.'],
  tortoise_running: ['gauge', 'Whether a run goes on.'],
  tortoise_leader: ['gauge', 'Whether this replica runs the schedules.'],
  tortoise_settings_valid: ['gauge', 'Whether the settings last read could be used.'],
  tortoise_commits_total: ['counter', 'Commits made.'],
  tortoise_changes: ['gauge', 'Values that should change, in the last run.'],
  tortoise_unsure: ['gauge', 'Values that too little is known about, in the last run.'],
  tortoise_skipped: ['gauge', 'Values left alone though they should change, in the last run.'],
  tortoise_samples_total: ['counter', 'Containers counted in readings of metrics-server.'],
  tortoise_last_sample_timestamp_seconds: ['gauge', 'When metrics-server last told of a container.'],
  tortoise_net_cpu_request_cores: [
    'gauge',
    'What the last run adds to the CPU requests of one pod of each workload; negative is less.',
  ],
  tortoise_net_memory_request_bytes: [
    'gauge',
    'What the last run adds to the memory requests of one pod of each workload; negative is less.',
  ],
} as const satisfies Readonly<Record<string, readonly [type: 'counter' | 'gauge', help: string]>>

export type MetricName = keyof typeof families

/** Starts with no series. */
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
    text: () => [...series].map(([name, values]) => familyText(name, values)).join(''),
  }
}

function familyText(name: MetricName, values: ReadonlyMap<string, number>): string {
  const [type, help] = families[name]
  const lines = [...values].map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Records what a run found. A value that grows counts positive. */
export function recordOutcome(metrics: Metrics, schedule: string, { plan, delivery }: Outcome): void {
  const changes = plan.proposal?.changes ?? []
  metrics.set('tortoise_changes', { schedule }, changes.length)
  metrics.set('tortoise_skipped', { schedule }, plan.skipped.length)
  metrics.set(
    'tortoise_unsure',
    { schedule },
    plan.recommendations.filter(({ verdict }) => verdict === 'unsure').length,
  )
  const net = (field: 'requests.cpu' | 'requests.memory'): number =>
    changes
      .filter((one) => one.field === field)
      .reduce((sum, { from, to }) => sum + (readValue(field, to) ?? 0) - (readValue(field, from) ?? 0), 0)
  metrics.set('tortoise_net_cpu_request_cores', { schedule }, net('requests.cpu') / 1000)
  metrics.set('tortoise_net_memory_request_bytes', { schedule }, net('requests.memory'))
  if (delivery?.created === true) metrics.add('tortoise_commits_total', { schedule })
}
