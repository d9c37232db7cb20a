import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsSchema } from '../../config/schema.ts'
import type { Plan } from '../../plugin/model/plan.ts'
import type { PullOutcome, ScopedProposal } from '../../plugin/model/proposal.ts'
import { html } from '../../plugin/model/text/html.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { dashboard } from '../../plugin/report/dashboard.ts'
import { fleetPage, type PageClient } from '../../plugin/report/fleet/page.ts'
import type { FleetReport } from '../../plugin/report/json/fleet.ts'
import { pullBody } from '../../plugin/report/pull-request/body.ts'
import { monthlyPrices } from '../../plugin/run/monthly-prices.ts'

const root = process.cwd()
const demo = join(root, 'plugin/hosts/demo/files')

/** Runs the built program on the repository and the usage of the demo. */
export function onDemo(command: string, ...args: readonly string[]): string {
  const files = ['--repo', join(demo, 'repository'), '--snapshot', join(demo, 'snapshot.json')]
  return execFileSync(
    process.execPath,
    ['test/lab/with-programs.mjs', 'node', 'dist/tortoise.js', command, ...files, ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
  )
}

/** The script and the style of the page, as they were built. */
export const builtClient = (): PageClient =>
  JSON.parse(readFileSync(join(root, 'dist/page-client.json'), 'utf8')) as PageClient

/** A plan as `plan -o json` prints it. */
export type SavedPlan = Plan & {
  readonly changes: ScopedProposal['proposal']['changes']
  readonly proof: { readonly sources: readonly string[]; readonly fields: number }
}

/** The plan of the demo, as `plan -o json` prints it. */
export const demoPlan = (): SavedPlan => JSON.parse(onDemo('plan', '-o', 'json')) as SavedPlan

/** The report of the demo, as `report -o json` prints it. */
export const demoReport = (): FleetReport => JSON.parse(onDemo('report', '-o', 'json')) as FleetReport

const pulls: readonly PullOutcome[] = [
  {
    scope: 'prod',
    branch: 'tortoise/right-size-prod',
    action: 'updated',
    number: 412,
    url: 'https://github.com/acme/shop/pull/412',
  },
  {
    scope: 'staging',
    branch: 'tortoise/right-size-staging',
    action: 'queued',
    reason: 'one pull request is open already',
  },
]

/** The text of the pull request for one cluster of the demo, or for one workload there. */
export function pullText(plan: SavedPlan, cluster: string, name?: string): string {
  const changes = plan.changes.filter(
    (one) => one.cluster === cluster && (name ?? one.workload.name) === one.workload.name,
  )
  const { observations } = parseSnapshot('snapshot.json', readFileSync(join(demo, 'snapshot.json'), 'utf8'))
  const prices = monthlyPrices({ prices: settingsSchema.shape.prices.parse(undefined) })
  const proof = {
    verdict: 'proved',
    sources: plan.proof.sources,
    moved: changes,
  } as unknown as ScopedProposal['proposal']['proof']
  const part = { scope: cluster, proposal: { changes, edits: [], proof } }
  return pullBody(part, {
    observations,
    backtest: plan.backtest,
    prices,
    reconsider: 20,
    room: 50_000,
  }).toString()
}

/** The text of the dashboard issue of the demo. */
export function dashboardText(plan: SavedPlan): string {
  const proposalOf = (changes: SavedPlan['changes']) =>
    ({ changes }) as unknown as NonNullable<Plan['proposal']>
  const parts = ['prod', 'staging'].map((scope) => ({
    scope,
    proposal: proposalOf(plan.changes.filter(({ cluster }) => cluster === scope)),
  }))
  return dashboard({ ...plan, proposal: proposalOf(plan.changes), parts }, pulls, {
    hasBoxes: true,
    keyOf: ({ workload }) => workload,
    maxOpen: 10,
    maxNewPerHour: 5,
  }).toString()
}

/** The page of a daemon that has run for a while: schedules, pull requests and merged changes. */
export function daemonPage(report: FleetReport): string {
  const at = '2026-09-14T06:00:41.000Z'
  const full: FleetReport = {
    ...report,
    madeAt: at,
    schedules: [
      {
        name: 'prod',
        cron: '0 6 * * 1-5',
        next: '2026-09-15T06:00:00.000Z',
        last: { ended: at, seconds: 41.2 },
      },
      {
        name: 'staging',
        cron: '0 * * * *',
        next: '2026-09-14T07:00:00.000Z',
        last: {
          ended: at,
          seconds: 12.9,
          error:
            'Prometheus at https://prometheus.staging.example: 503 Service Unavailable\nCheck prometheus.url of cluster staging.',
        },
      },
      { name: 'urgent', cron: '*/15 * * * *', next: '2026-09-14T06:15:00.000Z' },
    ],
    pulls: pulls.map((one) => ({ ...one })),
    totals: { ...report.totals, merged: { values: 14, aMonth: -212.4, soFar: -61.75 } },
    workloads: report.workloads.map((row) => (row.cluster === 'prod' ? withPast(row) : row)),
  }
  const links = [html`<a href="report.json">last runs as JSON</a>`, html`<a href="metrics">metrics</a>`]
  return fleetPage(full, builtClient(), links).toString()
}

const withPast = (row: FleetReport['workloads'][number]): FleetReport['workloads'][number] => ({
  ...row,
  changes: row.changes.map((one) => ({ ...one, pull: 412 })),
  history: row.changes.slice(0, 2).map(({ container, field, from }, at) => ({
    ...(container === undefined ? {} : { container }),
    field,
    from: at === 0 ? '2' : '3Gi',
    to: from,
    at: '2026-09-07T08:12:00.000Z',
    commit: '8d3f0b1c2e4a5968778695a4b3c2d1e0f1a2b3c4',
    verdict: at === 0 ? 'held' : 'open',
    said: at === 0 ? 'CPU above its request for 0.4 % of the time (0.3 % before)' : 'no OOM kill in 6 days',
    costAMonth: -14.2,
  })),
})
