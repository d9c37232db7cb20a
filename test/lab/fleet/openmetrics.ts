import { cadvisorFamilies } from './cadvisor.ts'
import type { Fleet } from './fleet.ts'
import { kubeStateFamilies } from './kube-state.ts'
import type { OpenMetricsOptions } from './scrapes.ts'

/** What a Prometheus beside the cluster would have scraped, as the lines of an OpenMetrics text without their line ends. */
export function* openMetrics(fleet: Fleet, options: OpenMetricsOptions): Generator<string> {
  for (const { name, type, series } of [
    ...cadvisorFamilies(fleet, options),
    ...kubeStateFamilies(fleet, options),
  ]) {
    yield `# TYPE ${type === 'counter' ? name.replace(/_total$/, '') : name} ${type}`
    for (const { labels, samples } of series) {
      const head = `${name}{${printLabels(labels)}}`
      for (const [time, value] of samples) yield `${head} ${value} ${time}`
    }
  }
  yield '# EOF'
}

const printLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
