import { describe, expect, it } from 'vitest'
import { changeKey } from '../../../plugin/deliver/record/commit-message.ts'
import { readBlock, writeBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { pullBody, pullTitle } from '../../../plugin/report/pull-request.ts'
import { observationsFor, partOf } from './pull-requests.ts'

const prices = { cpu: 20, memory: 3, currency: '$' }
const bodyOf = (workloads: number, room = 50_000) => {
  const part = partOf(workloads)
  return pullBody(part, { observations: observationsFor(part.proposal.changes.slice(0, 60)), prices, room })
}

/** The same workload as another source declares it: none of this pull request's business. */
const elsewhere = <T extends { readonly source: string }>(one: T): T => ({ ...one, source: 'apps/other' })

describe('the text of a pull request', () => {
  it('tells one workload with evidence, chart, cost and how to say no', () => {
    const body = bodyOf(1)
    expect(body).toContain(
      '| Deployment/service-000 | app | requests.cpu | `500m`\u00a0→\u00a0**`740m`** | +48\u00a0% | 14 days, 98\u00a0% seen: high | +$14 |',
    )
    expect(body).toContain('xychart-beta')
    expect(body).toContain('/tortoise snooze 30d')
    expect(body).toContain('exactly 3 fields changed')
  })

  it('says in its title what it is about and what it does', () => {
    expect(pullTitle(partOf(1))).toBe(
      'perf(resources): right-size Deployment/service-000 (prod shop/payments): 2 up, 1 down',
    )
    expect(pullTitle(partOf(200))).toBe(
      'perf(resources): right-size 200 workloads (prod shop/payments): 134 up, 466 down',
    )
  })

  it('lists workloads with a rise first', () => {
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

  it('tells what recorded history comes to before and after: in the head for all, and by workload', () => {
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
    const body = pullBody(part, { observations, backtest, room: 50_000 })
    expect(body).toContain(
      'Backtest over 14 days, 2 workloads: cost a month 80.00 EUR → 60.00 EUR; cores 3; GiB 4; above request 0 % → 0.5 %; OOM 4 → 0.',
    )
    expect(
      body.match(/Backtest over 14 days: cost a month 40\.00 EUR → 30\.00 EUR; .* OOM 2 → 0/g),
    ).toHaveLength(2)
  })

  it('shows every one of 200 workloads in its table', () => {
    expect(bodyOf(200).match(/^\| Deployment\/service-/gm)).toHaveLength(200)
  })
})
