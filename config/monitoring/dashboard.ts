import { VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as SeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

const source = { type: 'prometheus', uid: '$datasource' }
/** A unit of Grafana. CPU has none of its own. */
type Unit = 'bytes' | 'short' | 'dtdurations' | 's'

interface Query {
  readonly expr: string
  readonly legend: string
}

interface Shown {
  readonly title: string
  readonly description?: string
  readonly unit: Unit
  /** Columns of 24. */
  readonly span: number
}

/** The dashboard of Grafana about the daemon and the fleet, made by Grafana's own library. */
export function grafanaDashboard(): object {
  const dashboard = new DashboardBuilder('GitOps Tortoise')
    .uid('gitops-tortoise')
    .description(
      'Requests and usage of the managed workloads, pull requests, and the runs of GitOps Tortoise.',
    )
    .tags(['gitops-tortoise', 'rightsizing'])
    .time({ from: 'now-30d', to: 'now' })
    .refresh('5m')
    .timezone('browser')
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus').multi(false),
    )
    .withVariable(choice('cluster', 'Cluster', 'tortoise_managed_pods'))
    .withVariable(choice('namespace', 'Namespace', 'tortoise_managed_pods{cluster=~"$cluster"}'))
  return [...fleetPanels(), ...attentionPanels(), ...runPanels()]
    .reduce((all, one) => (one instanceof RowBuilder ? all.withRow(one) : all.withPanel(one)), dashboard)
    .build()
}

const choice = (name: string, label: string, series: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(`label_values(${series}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .includeAll(true)
    .allValue('.*')
    .multi(true)

const selected = '{cluster=~"$cluster",namespace=~"$namespace"}'
/** The sum over namespaces. Another replica may still show the sums of the time when it was the leader. */
const total = (metric: string): string => `sum(max by (cluster, namespace) (${metric}${selected}))`

const asked = ({ expr, legend }: Query) =>
  new DataqueryBuilder().datasource(source).expr(expr).legendFormat(legend)

function stat({ title, description = '', unit, span }: Shown, expr: string) {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(source)
    .unit(unit)
    .span(span)
    .height(4)
    .withTarget(asked({ expr, legend: title }).instant())
}

function series({ title, description = '', unit, span }: Shown, queries: readonly Query[]) {
  const panel = new SeriesBuilder()
    .title(title)
    .description(description)
    .datasource(source)
    .unit(unit)
    .span(span)
    .height(8)
    .legend(new VizLegendOptionsBuilder().showLegend(true))
  return queries.reduce((all, one) => all.withTarget(asked(one)), panel)
}

function table({ title, description = '', unit, span }: Shown, expr: string) {
  return new TableBuilder()
    .title(title)
    .description(description)
    .datasource(source)
    .unit(unit)
    .span(span)
    .height(8)
    .withTarget(asked({ expr, legend: '' }).instant().format(PromQueryFormat.Table))
    .withTransformation({ id: 'organize', options: { excludeByName: { Time: true } } })
}

const resources = [
  ['CPU', 'cpu', 'cores', 'short'],
  ['Memory', 'memory', 'bytes', 'bytes'],
] as const

const fleetPanels = () => [
  new RowBuilder('Fleet'),
  ...resources.flatMap(([name, resource, unit, shown]) =>
    (['requested', 'used', 'recommended', 'saved'] as const).map((what) =>
      stat(
        { title: `${name} ${what}`, unit: shown, span: 3, description: described[what] },
        total(`tortoise_${resource}_${what}_${unit}`),
      ),
    ),
  ),
  ...resources.map(([name, resource, unit, shown]) =>
    series(
      { title: name, unit: shown, span: 12 },
      (['requested', 'used', 'recommended'] as const).map((what) => ({
        expr: total(`tortoise_${resource}_${what}_${unit}`),
        legend: what,
      })),
    ),
  ),
  ...resources.map(([name, resource, unit, shown]) =>
    table(
      {
        title: `${name} to save, by namespace`,
        unit: shown,
        span: 12,
        description: 'Requested minus recommended.',
      },
      `topk(20, max by (cluster, namespace) (tortoise_${resource}_requested_${unit}${selected} - tortoise_${resource}_recommended_${unit}${selected}))`,
    ),
  ),
]

const described = {
  requested: 'Requests of all pods of the managed workloads.',
  used: 'Mean usage in the window that the last run read.',
  recommended: 'Requests with the proposed values.',
  saved: 'What merged changes that are still followed took off the requests.',
} as const

const oldest = 'tortoise_oldest_open_pull_request_timestamp_seconds'

const attentionPanels = () => [
  new RowBuilder('What waits'),
  series({ title: 'Pull requests by state', unit: 'short', span: 10 }, [
    {
      expr: 'sum by (state) (max by (repository, branch, state) (tortoise_pull_requests))',
      legend: '{{state}}',
    },
  ]),
  stat(
    { title: 'Age of the oldest open pull request', unit: 'dtdurations', span: 4 },
    `time() - min(${oldest})`,
  ),
  series(
    {
      title: 'Workloads with a skipped value, by reason',
      unit: 'short',
      span: 10,
      description: 'The report of the daemon has the sentence and the workload for each.',
    },
    [
      {
        expr: 'sum by (reason) (max by (schedule, repository, branch, reason) (tortoise_workloads_skipped))',
        legend: '{{reason}}',
      },
    ],
  ),
]

const runPanels = () => [
  new RowBuilder('Runs'),
  series({ title: 'Runs by result in a day', unit: 'short', span: 8 }, [
    {
      expr: 'sum by (schedule, result) (increase(tortoise_runs_total[1d]))',
      legend: '{{schedule}} {{result}}',
    },
  ]),
  series({ title: 'Duration of runs', unit: 's', span: 8 }, [
    { expr: 'max by (schedule) (tortoise_run_duration_seconds)', legend: '{{schedule}}' },
  ]),
  series({ title: 'Time since the last successful run', unit: 's', span: 8 }, [
    {
      expr: 'time() - max by (schedule, repository, branch) (tortoise_last_success_timestamp_seconds)',
      legend: '{{schedule}} {{repository}} {{branch}}',
    },
  ]),
  series({ title: 'Queries for usage in a day', unit: 'short', span: 8 }, [
    {
      expr: 'sum by (cluster, origin) (increase(tortoise_usage_queries_total[1d]))',
      legend: '{{cluster}} {{origin}}',
    },
  ]),
  series({ title: 'Managed share of what is requested', unit: 'short', span: 8 }, [
    { expr: 'max by (cluster) (tortoise_managed_cpu_request_ratio)', legend: '{{cluster}} CPU' },
    { expr: 'max by (cluster) (tortoise_managed_memory_request_ratio)', legend: '{{cluster}} memory' },
  ]),
  table(
    { title: 'Versions', unit: 'short', span: 8 },
    'count by (version, nodejs_version) (tortoise_build_info)',
  ),
]
