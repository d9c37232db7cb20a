import { describe, expect, it } from 'vitest'
import { changeKey } from '../../../plugin/deliver/record/commit-message.ts'
import { readBlock, writeBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { pullBody } from '../../../plugin/report/pull-request/body.ts'
import { pullTitle } from '../../../plugin/report/pull-request/head.ts'
import { observationsFor, partOf } from './pull-requests.ts'

const prices = { cpu: 20, memory: 3, currency: '$' }
const bodyOf = (workloads: number, room = 50_000) => {
  const part = partOf(workloads)
  return pullBody(part, {
    observations: observationsFor(part.proposal.changes.slice(0, 60)),
    prices,
    reconsider: 20,
    room,
  }).toString()
}

/** The same workload as another source declares it: none of this pull request's business. */
const elsewhere = <T extends { readonly source: string }>(one: T): T => ({ ...one, source: 'apps/other' })

describe('the text of a pull request', () => {
  it('shows one workload with its evidence, chart and cost, and how to decline', () => {
    const body = bodyOf(1)
    expect(body).toContain(
      '| Deployment/service-000 | app | requests.cpu | `500m`\u00a0→\u00a0**`740m`** | +48\u00a0% | high,\u00a014\u00a0days | +\\$14 |',
    )
    expect(body).toContain(
      '**Raises 2 and lowers 1 value of `Deployment/service-000`** (prod shop/payments) and costs about \\$16 more a month.',
    )
    expect(body).toContain('xychart-beta')
    expect(body).toContain('Usage data: 14 days, 98\u00a0% of samples (high confidence).')
    expect(body).toMatch(/It is above 500m for \d+ minutes? a day, and above 740m for \d+ minutes?\./)
    expect(body).toContain('/tortoise snooze 30d')
    expect(body).toContain(
      'Close this pull request to decline. Tortoise proposes these values again only if they change by more than 20 %.',
    )
    expect(body).toContain('exactly 3 fields changed')
  })

  it('names in its title the workloads and what changes', () => {
    expect(pullTitle(partOf(1)).toString()).toBe(
      'perf(resources): right-size Deployment/service-000 (prod shop/payments): raise 2, lower 1',
    )
    expect(pullTitle(partOf(200)).toString()).toBe(
      'perf(resources): right-size 200 workloads (prod shop/payments): raise 134, lower 466',
    )
  })

  it('of an emergency names what cannot be raised', () => {
    const part = partOf(1)
    const notRaised = ['prod Deployment/web metrics requests.cpu: hard-coded in <b>all.yaml']
    const emergency = { until: '2026-03-01T00:00:00Z', notRaised }
    const source = { observations: [], prices, reconsider: 20, room: 50_000 }
    const body = pullBody({ ...part, proposal: { ...part.proposal, emergency } }, source).toString()
    expect(body).toContain(
      'Not raised:\n\n- prod Deployment/web metrics requests.cpu: hard-coded in &lt;b&gt;all.yaml',
    )
  })

  it('lists workloads with a raised request first', () => {
    const order = [...bodyOf(10).matchAll(/^\| Deployment\/service-(\d+) .*requests.cpu/gm)]
    const rising = order.map(([, name]) => Number(name) % 3 === 0)
    expect(rising).toEqual([...rising].sort((a, b) => Number(b) - Number(a)))
    expect(order).toHaveLength(10)
  })

  it.each([1, 10, 200, 2000])('never takes more than 55 KB with its block, for %i workloads', (workloads) => {
    const items = partOf(workloads).proposal.changes.map((change) => ({
      key: changeKey(change),
      from: change.from,
      to: change.to,
    }))
    const [base, head, digest] = ['a', 'b', 'c'].map((letter) => letter.repeat(40))
    const block = writeBlock({ scope: 'prod', base: `${base}`, head: `${head}`, digest: `${digest}`, items })
    const body = `${bodyOf(workloads, 55_000 - block.length - 2)}\n\n${block}`
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(55_000)
    expect(readBlock(body)?.items).toEqual(items)
    expect(body.match(/<details>/g)).toHaveLength(body.match(/<\/details>/g)?.length ?? 0)
  })

  it('shows the backtest of the current and the proposed values, for all workloads together and for each', () => {
    const part = partOf(2)
    const figures = {
      days: 14,
      requestedCores: 1.5,
      requestedGibibytes: 2,
      costPerMonth: 40,
      percentAbove: 0,
      percentVolumeAbove: 0,
      percentThrottled: 0,
      oomKills: 0,
      replicas: 3,
      percentAtMaximum: 0,
    }
    const workloads = part.proposal.changes
      .filter(({ field }) => field === 'requests.cpu')
      .map(({ source, workload }) => ({
        source,
        workload,
        before: { ...figures, oomKills: 2 },
        after: { ...figures, costPerMonth: 30, percentAbove: 0.5 },
      }))
    const backtest = { currency: 'EUR', workloads: [...workloads, ...workloads.map(elsewhere)] }
    const observations = observationsFor(part.proposal.changes)
    const body = pullBody(part, { observations, backtest, reconsider: 20, room: 50_000 }).toString()
    expect(body).toContain(
      'Backtest over 14 days, 2 workloads. Cost a month: 80.00 EUR → 60.00 EUR; requested cores: 3; requested GiB: 4; time with CPU above its request: 0 % → 0.5 % (about 7 minutes a day); OOM kills: 4 → 0.',
    )
    expect(
      body.match(/Backtest over 14 days\. Cost a month: 40\.00 EUR → 30\.00 EUR; .* OOM kills: 2 → 0/g),
    ).toHaveLength(2)
  })

  it('shows every one of 200 workloads in its table', () => {
    expect(bodyOf(200).match(/^\| Deployment\/service-/gm)).toHaveLength(200)
  })
})
