import { expect, it } from 'vitest'
import { dashboard } from '../../../plugin/report/dashboard.ts'
import { partOf } from './pull-requests.ts'

const frame = { hasBoxes: true, keyOf: () => 'key', maxOpen: 10, maxNewPerHour: 5 }

it('the dashboard says how much of each cluster is managed', () => {
  const coverage = [
    { cluster: 'prod', used: 3, managed: 2, share: { cpu: 0.5, memory: 0.25 }, unmanaged: [], advice: [] },
    { cluster: 'staging', used: 1, managed: 0, unmanaged: [], advice: ['set namespace: shop for it'] },
  ]
  const text = dashboard({ recommendations: [], skipped: [], coverage }, [], frame).toString()
  expect(text).toContain('### Coverage (2)')
  expect(text).toContain(
    '- prod: 2 of 3 workloads with usage are managed: 50 % of requested CPU, 25 % of requested memory\n',
  )
  expect(text).toContain('- staging: 0 of 1 workload with usage are managed; set namespace: shop for it')
  expect(dashboard({ recommendations: [], skipped: [] }, [], frame).toString()).not.toContain('Coverage')
})

it('the dashboard says what each pull request changes and saves, and what all of them do', () => {
  const part = partOf(2)
  const figures = {
    days: 14,
    percentAbove: 0,
    percentVolumeAbove: 0,
    percentThrottled: 0,
    oomKills: 0,
    replicas: 1,
    percentAtMaximum: 0,
    requestedCores: 1,
    requestedGibibytes: 1,
  }
  const workloads = part.proposal.changes.slice(0, 1).map(({ source, workload }) => ({
    source,
    workload,
    before: { ...figures, costPerMonth: 120 },
    after: { ...figures, costPerMonth: 95 },
  }))
  const plan = {
    recommendations: [],
    skipped: [],
    proposal: part.proposal,
    parts: [part],
    backtest: { currency: '$', workloads },
  }
  const pulls = [{ scope: part.scope, branch: 'b', action: 'opened' as const, number: 7 }]
  const text = dashboard(plan, pulls, frame).toString()
  expect(text).toMatch(
    /^<!-- tortoise:dashboard -->\n\nThe plan \*\*raises 2 and lowers 4 values of 2 workloads\*\* and saves about \\\$25 a month\. 0 stay the same/,
  )
  expect(text).toMatch(
    /^- \[ \] <!-- tortoise:1 \S+ --> #7: prod shop\/payments: raises 2 and lowers 4 values of 2 workloads and saves about \\\$25 a month$/m,
  )
})
