import { type MetricFamily, metricFamilies } from '../plugin/report/metric-families.ts'
import { skipKinds } from '../plugin/report/skip-reasons.ts'

/** The reference of the metrics as Markdown, generated from their families. */
export function metricsReference(): string {
  const rows = Object.entries<MetricFamily>(metricFamilies).map(
    ([name, { type, help, labels }]) =>
      `| \`${name}\` | ${type} | ${labels.map((one) => `\`${one}\``).join(', ')} | ${help} |`,
  )
  return `${introduction}\n${rows.join('\n')}\n${closing}`
}

const introduction = `# Metrics

The daemon (\`tortoise serve\`) serves these metrics at \`/metrics\`, in the text format of Prometheus. The chart and the kustomize
component \`config/deploy/monitoring\` have a ServiceMonitor, alerts (\`prometheus-rule.yaml\`) and a Grafana dashboard
(\`gitops-tortoise.json\`). [The quick start](start/daemon.md#what-to-watch) says how to install them.

- The labels \`repository\` and \`branch\` are present where the daemon works on several repositories.
- The sums by \`cluster\` and \`namespace\` count all pods of the workloads that your sources declare, by the mean number of pods in the
  window of usage. They are from the last whole run: a schedule with \`only: urgent\` does not change them.
- At most 200 namespaces have series of their own, the largest by requested CPU. The others are in one series for each cluster, with the
  label \`namespace="_other"\`.
- Scrape with \`honorLabels: true\`. Otherwise Prometheus renames the label \`namespace\` of the sums to \`exported_namespace\`.
- With several replicas, an earlier leader keeps its last figures until it leads again or restarts. Take the \`max\` over pods, as the
  dashboard does.

| Metric | Type | Labels | Meaning |
|---|---|---|---|`

const closing = `
The daemon also serves the usual metrics of its process, with names that begin with \`process_\` and \`nodejs_\`.

The reason of \`tortoise_workloads_skipped\` is one of these, so that the number of series is bounded:
${skipKinds.map((one) => `\`${one}\``).join(', ')}. The report has the whole sentence for each workload.
`
