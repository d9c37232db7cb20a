import { describe, expect, it } from 'vitest'
import type { FollowedChange, HealthVerdict } from '../../../plugin/model/health.ts'
import { earnedBy, withEarned } from '../../../plugin/plan/graduate.ts'
import { earnedDelivery } from '../../../plugin/run/deliver/delivery-rules.ts'
import { workload } from '../recommend/builders.ts'

const followed = (
  daysAgo: number,
  verdict: HealthVerdict,
  rule = 'cpu.benefit',
  field: FollowedChange['field'] = 'requests.cpu',
): FollowedChange => ({
  source: 'apps',
  cluster: 'prod',
  workload,
  container: 'app',
  field,
  verdict,
  signs: [],
  figures: [],
  edit: {
    from: '500m',
    to: '250m',
    rules: [rule],
    at: `2026-09-${30 - daysAgo}T00:00:00Z`,
    daysAgo,
    commit: `c${daysAgo}`,
  },
})

const deliveryAfter = earnedDelivery({ rules: [], mode: 'pull-request' }, { upTo: 'direct', isMerged: false })
const earned = (...changes: readonly FollowedChange[]) =>
  earnedBy(changes, { after: 2, deliveryAfter }).map(({ held, delivery, lostAt }) => ({
    held,
    delivery,
    lostAt,
  }))

describe('what held changes earn', () => {
  it.each([
    ['one change', [followed(5, 'held')], { held: 1 }],
    ['two', [followed(5, 'held'), followed(9, 'held')], { held: 2, delivery: 'auto-merge' }],
    ['five', [5, 9, 13, 17, 21].map((days) => followed(days, 'held')), { held: 5, delivery: 'direct' }],
    [
      'two values of one commit',
      [followed(5, 'held'), followed(5, 'held', 'memory.peak', 'requests.memory')],
      { held: 1 },
    ],
    [
      'a commit of which one value is still followed',
      [followed(5, 'held'), followed(5, 'open', 'memory.peak', 'requests.memory')],
      undefined,
    ],
    [
      'changes that people commanded',
      [followed(5, 'held', 'emergency.on'), followed(9, 'held', 'event.over')],
      undefined,
    ],
    [
      'two before harm',
      [followed(1, 'hurt'), followed(5, 'held'), followed(9, 'held')],
      { held: 0, lostAt: '2026-09-29T00:00:00Z' },
    ],
    [
      'two before a value was taken back, and one after',
      [
        followed(2, 'held'),
        followed(4, 'open', 'health.killed'),
        followed(5, 'taken-back'),
        followed(9, 'held'),
      ],
      { held: 1, lostAt: '2026-09-26T00:00:00Z' },
    ],
  ] as const)('%s', (_, changes, expected) => {
    expect(earned(...changes)).toEqual(
      expected === undefined ? [] : [{ delivery: undefined, lostAt: undefined, ...expected }],
    )
  })

  it('is written at the changes of that workload alone', () => {
    const change = {
      workload,
      container: 'app',
      field: 'requests.cpu',
      verdict: 'change',
      from: 500,
      to: 250,
      because: [],
      together: '',
      source: 'apps',
      cluster: 'prod',
    } as const
    const other = { ...change, workload: { ...workload, name: 'other' } }
    const known = earnedBy([followed(5, 'held'), followed(9, 'held')], { after: 2, deliveryAfter })
    expect(withEarned([change, other], known, { after: 2, deliveryAfter })).toEqual([
      { ...change, earned: 'auto-merge' },
      other,
    ])
  })
})

describe('the steps of deliveries', () => {
  const ofRule = (
    delivery: 'report' | 'direct' | 'pull-request' | 'auto-merge',
    mode: 'pull-request' | 'direct' | 'commit' | 'report' = 'pull-request',
  ) =>
    [0, 1, 2, 3].map((steps) =>
      earnedDelivery({ rules: [{ match: {}, delivery }], mode }, { upTo: 'direct', isMerged: true })(
        { workload },
        steps,
      ),
    )

  it('begin where the rule is', () => {
    expect(ofRule('pull-request')).toEqual([undefined, 'auto-merge', 'direct', 'direct'])
    expect(ofRule('auto-merge')).toEqual([undefined, 'direct', 'direct', 'direct'])
    expect(ofRule('direct')).toEqual([undefined, undefined, undefined, undefined])
    expect(ofRule('report')).toEqual([undefined, undefined, undefined, undefined])
  })

  it('begin at the mode without a rule', () => {
    const ofMode = (mode: 'pull-request' | 'direct' | 'commit' | 'report', isMerged: boolean) =>
      earnedDelivery({ rules: [], mode }, { upTo: 'auto-merge', isMerged })({ workload }, 1)
    expect(ofMode('pull-request', false)).toBe('auto-merge')
    expect(ofMode('pull-request', true)).toBeUndefined()
    expect(ofMode('commit', false)).toBeUndefined()
    expect(ofMode('report', false)).toBeUndefined()
  })
})
