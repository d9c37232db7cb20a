import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { visible } from '../../model/text/clean.ts'
import { type Data, verbatim } from '../../model/text/data.ts'
import { redacted } from '../../model/text/secrets.ts'
import { type MetricFamily, type MetricName, metricFamilies } from '../../report/metric-families.ts'

/** Labels of a series by name. Every value is shown on one line, without secrets. */
export type Labels = Readonly<Record<string, string>>

/** The metrics of the daemon and of its process, in the text format of Prometheus. */
export interface Metrics {
  readonly add: (name: MetricName, labels: Labels, by?: number) => void
  readonly set: (name: MetricName, labels: Labels, value: number) => void
  /** Removes the series of a gauge that have these labels, whatever others they have; all series by default. */
  readonly clear: (name: MetricName, labels?: Labels) => void
  /** Removes the series of gauges that a run of a schedule set for each repository. */
  readonly clearRepositories: (schedule: string) => void
  readonly text: () => Promise<Data>
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** A registry with the families of the daemon and those of its process, without a series of the daemon. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const families = new Map(
    Object.entries<MetricFamily>(metricFamilies).map(([name, family]) => [
      name,
      open(name, family, registry),
    ]),
  )
  const of = (name: MetricName): Series => families.get(name) ?? open(name, metricFamilies[name], registry)
  return {
    add: (name, labels, by = 1) => of(name).add(shown(labels), by),
    set: (name, labels, value) => of(name).set(shown(labels), value),
    clear: (name, labels = {}) => of(name).remove((one) => hasAll(one, shown(labels))),
    clearRepositories: (schedule) => {
      for (const series of families.values())
        if (series.type === 'gauge')
          series.remove((one) => hasAll(one, shown({ schedule })) && one['repository'] !== undefined)
    },
    text: async () => verbatim(await registry.metrics()),
  }
}

/** The series of one family. Their labels are kept, because the registry removes series by all their labels alone. */
interface Series {
  readonly type: MetricFamily['type']
  readonly add: (labels: Labels, by: number) => void
  readonly set: (labels: Labels, value: number) => void
  readonly remove: (isMeant: (labels: Labels) => boolean) => void
}

function open(name: string, { type, help, labels }: MetricFamily, registry: Registry): Series {
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  if (type === 'counter') {
    const counter = new Counter(options)
    if (labels.length > 0) counter.reset()
    return { type, add: (own, by) => counter.inc(own, by), set: () => undefined, remove: () => undefined }
  }
  const gauge = new Gauge(options)
  // A family without labels begins with a series of value 0, which would say something that nobody knows yet.
  if (labels.length === 0) gauge.remove()
  const known = new Map<string, Labels>()
  return {
    type,
    add: (own, by) => gauge.inc(own, by),
    set: (own, value) => {
      known.set(JSON.stringify(own), own)
      gauge.set(own, value)
    },
    remove: (isMeant) => {
      for (const [key, own] of known)
        if (isMeant(own)) {
          gauge.remove(own)
          known.delete(key)
        }
    },
  }
}

const hasAll = (labels: Labels, some: Labels): boolean =>
  Object.entries(some).every(([name, value]) => labels[name] === value)

const shown = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, visible(redacted(value))]))
