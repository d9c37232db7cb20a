import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { monitoringFiles } from '../../config/monitoring/files.ts'
import { createMetrics } from '../../plugin/hosts/daemon/metrics.ts'
import type { JsonObject } from '../../plugin/model/json.ts'
import { valueAt } from '../../plugin/model/json.ts'
import { type MetricFamily, type MetricName, metricFamilies } from '../../plugin/report/metric-families.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { programDirectory } from '../lab/programs.mjs'
import { read } from './program.ts'

const root = join(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'tortoise-monitoring-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined

/** Runs promtool in the directory, which has `rules.yaml`. */
const promtool = (...args: readonly string[]) =>
  spawnSync('promtool', args, { encoding: 'utf8', cwd: directory })

const families = async (): Promise<ReadonlySet<string>> => {
  const text = (await createMetrics().text()).toString()
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
}
const namedIn = (text: string): readonly string[] => [...new Set(text.match(/\btortoise_\w+/g) ?? [])]

interface Panel {
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly w: number }
  readonly targets?: readonly { readonly expr: string }[]
}
const dashboard = JSON.parse(read(root, 'config/deploy/monitoring/gitops-tortoise.json')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
}
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

describe('the files for monitoring', () => {
  it.each(Object.entries(monitoringFiles()))(
    '%s is written from the code (npm run schemas)',
    (path, text) => {
      expect(read(root, path)).toBe(text)
    },
  )
})

describe('the metrics', () => {
  it('are well formed and named as Prometheus wants (promtool check metrics)', async ({ skip }) => {
    if (!hasPromtool) skip('promtool is not installed')
    const metrics = createMetrics()
    for (const [name, { type, labels }] of Object.entries<MetricFamily>(metricFamilies)) {
      const values = Object.fromEntries(labels.map((one) => [one, `a "${one}"`]))
      metrics[type === 'counter' ? 'add' : 'set'](name as MetricName, values, 1)
    }
    const input = (await metrics.text()).toString()
    const checked = spawnSync('promtool', ['check', 'metrics'], { encoding: 'utf8', input })
    const own = checked.stderr.split('\n').filter((line) => line.startsWith('tortoise_'))
    expect(own).toEqual([])
    expect(checked.stderr).not.toMatch(/error while linting|parse/i)
  })
})

describe('the dashboard', () => {
  it('asks for metrics that the daemon serves', async () => {
    const asked = namedIn([...queries, ...dashboard.templating.list.map(({ query }) => query)].join('\n'))
    const served = await families()
    expect(asked.length).toBeGreaterThan(15)
    expect(asked.filter((name) => !served.has(name))).toEqual([])
  })

  it('has queries that Prometheus parses', ({ skip }) => {
    if (!hasPromtool) skip('promtool is not installed')
    const variables = /\$(cluster|namespace)\b/g
    const rules = queries.map((expr, index) => ({
      record: `query_${index}`,
      expr: expr.replace(variables, '.*'),
    }))
    writeFileSync(join(directory, 'queries.yaml'), stringify({ groups: [{ name: 'queries', rules }] }))
    const checked = promtool('check', 'rules', 'queries.yaml')
    expect(checked.status, checked.stderr).toBe(0)
    expect(checked.stdout).toContain(`${queries.length} rules found`)
  })

  it('has a title, a data source and room for every panel', () => {
    for (const panel of dashboard.panels) {
      expect(panel.title).not.toBe('')
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24)
      if (panel.type !== 'row') expect(panel).toMatchObject({ datasource: { uid: '$datasource' } })
    }
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'cluster', 'namespace'])
  })
})

/** The rules of the kustomize component. */
const component = (): JsonObject =>
  valueAt(parse(read(root, 'config/deploy/monitoring/prometheus-rule.yaml')), ['spec']) as JsonObject

/** The rules of the chart, for the release and namespace that the component has. */
function chartRules(): { readonly rule: JsonObject; readonly dashboard: JsonObject } {
  const values = join(directory, 'values.yaml')
  const enabled = { enabled: true }
  const settings = parse(read(root, 'config/deploy/base/tortoise.yaml')) as JsonObject
  writeFileSync(
    values,
    stringify({ settings, serviceMonitor: enabled, prometheusRule: enabled, grafanaDashboard: enabled }),
  )
  const chart = join(root, 'charts/gitops-tortoise')
  const args = ['template', 'gitops-tortoise', chart, '--namespace', 'gitops-tortoise', '--values', values]
  const env = { PATH: '', HOME: directory }
  const text = execFileSync(join(programDirectory('v35'), 'helm'), args, { encoding: 'utf8', env })
  const objects = readObjects('', text)
  const [rule, shown] = [
    objects.find(({ kind }) => kind === 'PrometheusRule'),
    objects.find(({ metadata }) => valueAt(metadata, ['labels', 'grafana_dashboard']) === '1'),
  ]
  if (rule === undefined || shown === undefined) throw new Error(text)
  return { rule: valueAt(rule, ['spec']) as JsonObject, dashboard: shown }
}

describe('the alerts', () => {
  it('name metrics that the daemon serves', async () => {
    const named = namedIn(stringify(component()))
    const served = await families()
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !served.has(name))).toEqual([])
  })

  it('are the same in the chart and in the kustomize component, and so is the dashboard', () => {
    const { rule, dashboard: shown } = chartRules()
    const text = JSON.stringify(component()).replaceAll('tortoise-settings', 'gitops-tortoise-settings')
    expect(rule).toEqual(JSON.parse(text))
    expect(valueAt(shown, ['data', 'gitops-tortoise.json'])).toBe(
      read(root, 'config/deploy/monitoring/gitops-tortoise.json'),
    )
  })

  it('fire when they should, and not otherwise (promtool test rules)', ({ skip }) => {
    if (!hasPromtool) skip('promtool is not installed')
    writeFileSync(join(directory, 'rules.yaml'), stringify(component()))
    copyFileSync(join(import.meta.dirname, 'alerts.yaml'), join(directory, 'alerts.yaml'))
    const checked = promtool('check', 'rules', 'rules.yaml')
    expect(checked.status, checked.stderr).toBe(0)
    const tested = promtool('test', 'rules', 'alerts.yaml')
    expect(tested.status, tested.stdout + tested.stderr).toBe(0)
    const names = [...readFileSync(join(directory, 'rules.yaml'), 'utf8').matchAll(/alert: (\w+)/g)]
    const fired = read(import.meta.dirname, 'alerts.yaml')
    expect(names.filter(([, name]) => !fired.includes(`alertname: ${name}\n`))).toEqual([])
  })
})

describe('the kustomize component', () => {
  it('selects the daemon, and keeps the label `namespace` of the workloads', () => {
    const at = (path: string): string => relative(directory, join(root, 'config/deploy', path))
    const kustomization = { resources: [at('daemon')], components: [at('monitoring')] }
    writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization))
    const args = ['kustomize', '--load-restrictor=LoadRestrictionsNone', directory]
    const objects = readObjects('', execFileSync('kubectl', args, { encoding: 'utf8' }))
    const of = (kind: string) => objects.find((one) => one['kind'] === kind)
    const labels = valueAt(of('Deployment'), ['spec', 'template', 'metadata', 'labels'])
    expect(labels).toMatchObject(valueAt(of('Service'), ['spec', 'selector']) as JsonObject)
    expect(valueAt(of('ServiceMonitor'), ['spec', 'endpoints'])).toMatchObject([{ honorLabels: true }])
    expect(of('PrometheusRule')).toBeDefined()
  })
})
