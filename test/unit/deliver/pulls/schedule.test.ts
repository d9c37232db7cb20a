import { expect, it } from 'vitest'
import type { Decision } from '../../../../plugin/deliver/pulls/decisions.ts'
import { resolveChange } from '../../../../plugin/deliver/pulls/resolve-change.ts'
import { applyDecisions, type SourceChange } from '../../../../plugin/plan/apply-decisions.ts'

const key = 'prod/shop/Deployment/api - hpa.cron'
const office = '6%20Mon-Fri%2008:00-18:00%20(UTC)'
const rules = { reconsider: 20, settle: 10, rememberDays: 90, now: new Date('2026-03-02T00:00:00Z') }

const resolve = (kind: Decision['kind'], to: number, from = 0) =>
  resolveChange(
    new Map([
      [
        key,
        [{ kind, item: { key, from: 'none', to: office }, place: '#1', at: '2026-03-01T00:00:00Z' } as const],
      ],
    ]),
    { key, from, to },
    rules,
  )

it('a schedule that was declined is not proposed again before its pod-hours differ enough', () => {
  expect(resolve('declined', 320)).toMatchObject({ reason: expect.stringContaining('declined') })
  expect(resolve('declined', 400)).toEqual({ to: 400 })
})

it('an open pull request keeps its schedule while the new one differs little', () => {
  const resolved = resolve('proposed', 310)
  expect(resolved).toEqual({ to: 300, written: '6 Mon-Fri 08:00-18:00 (UTC)' })
  const change: SourceChange = {
    ...{ workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' } },
    ...{ field: 'hpa.cron', verdict: 'change', from: 0, to: 310, written: '7 Mon 08:00-09:00 (UTC)' },
    ...{ because: [], together: 'cron triggers', source: 'apps' },
  }
  expect(applyDecisions([change], () => resolved).changes).toMatchObject([
    { to: 300, written: '6 Mon-Fri 08:00-18:00 (UTC)' },
  ])
})

it('a schedule that a person took out after a merge is not written again', () => {
  expect(resolve('merged', 300)).toMatchObject({ reason: expect.stringContaining('reverted by a person') })
})
