import { describe, expect, it } from 'vitest'
import type { FollowedChange, HealthVerdict } from '../../../plugin/model/health.ts'
import type { SourceChange } from '../../../plugin/plan/apply-decisions.ts'
import { earnedBy, withEarned } from '../../../plugin/plan/graduate.ts'
import { earnedDelivery, reviewByDelivery } from '../../../plugin/run/deliver/delivery-rules.ts'
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
  figures: ['0 OOM kills'],
  edit: {
    from: '',
    to: '',
    rules: [rule],
    at: `2026-09-${30 - daysAgo}T00:00:00Z`,
    daysAgo,
    commit: `c${daysAgo}`,
  },
})

const deliveryAfter = earnedDelivery(
  { rules: [], mode: 'pull-request' },
  { upTo: 'direct', autoMerge: { enabled: false, increasesOnly: false } },
)
/** Values that follow each other, newest first, each half of the one before; those that a case gives stay. */
const chained = (changes: readonly FollowedChange[]): readonly FollowedChange[] =>
  changes.map((one, index) => {
    const own = changes.slice(0, index).filter(({ field }) => field === one.field).length
    const { from, to } = one.edit
    return {
      ...one,
      edit: { ...one.edit, to: to || `${100 * (own + 1)}m`, from: from || `${100 * (own + 2)}m` },
    }
  })
const earned = (...changes: readonly FollowedChange[]) =>
  earnedBy(chained(changes), { after: 2, deliveryAfter }).map(({ held, delivery, lostAt }) => ({
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
    const known = earnedBy(chained([followed(5, 'held'), followed(9, 'held')]), { after: 2, deliveryAfter })
    expect(withEarned([change, other], known, { after: 2, deliveryAfter })).toEqual([
      { ...change, earned: 'auto-merge' },
      other,
    ])
  })
})

describe('the steps of deliveries', () => {
  type Merging = Parameters<typeof earnedDelivery>[1]['autoMerge']
  const earnedAfter = (
    autoMerge: Merging,
    {
      rule,
      mode = 'pull-request',
    }: { rule?: 'report' | 'pull-request'; mode?: 'pull-request' | 'direct' | 'commit' } = {},
  ) =>
    [0, 1, 2, 3].map((steps) =>
      earnedDelivery(
        { rules: rule === undefined ? [] : [{ match: {}, delivery: rule }], mode },
        { upTo: 'direct', autoMerge },
      )({ workload }, steps),
    )
  const [off, on] = [false, true].map((enabled) => ({ enabled, increasesOnly: false })) as [Merging, Merging]

  it('begin at what settings do by default', () => {
    expect(earnedAfter(off)).toEqual([undefined, 'auto-merge', 'direct', 'direct'])
    expect(earnedAfter(on)).toEqual([undefined, 'direct', 'direct', 'direct'])
    for (const mode of ['direct', 'commit'] as const)
      expect(earnedAfter(off, { mode })).toEqual([undefined, undefined, undefined, undefined])
  })

  it('are not taken where a rule says how a workload is delivered', () => {
    for (const rule of ['report', 'pull-request'] as const)
      expect(earnedAfter(off, { rule })).toEqual([undefined, undefined, undefined, undefined])
  })

  it('do not lead around limits of what is merged automatically', () => {
    expect(earnedAfter({ enabled: true, increasesOnly: true })).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(earnedAfter({ enabled: false, increasesOnly: false, below: 10 })).toEqual([
      undefined,
      'auto-merge',
      'auto-merge',
      'auto-merge',
    ])
  })
})

describe('what reviewers said on the forge', () => {
  const change: SourceChange = {
    ...{ workload, container: 'app', from: 500, to: 300, source: 'apps', cluster: 'prod' },
    ...{ field: 'requests.cpu', verdict: 'change', because: [], together: '' },
  }
  const { review } = reviewByDelivery({ rules: [], mode: 'pull-request' }, ({ to }) => ({ to }), {
    review: () => ({ reason: 'declined at 300m: #12 was closed' }),
    scopeOf: () => 'prod',
  })

  it('holds for changes that are committed directly because their workload earned it', () => {
    for (const earned of [undefined, 'auto-merge', 'direct'] as const)
      expect(review?.({ ...change, ...(earned && { earned }) }, () => true)).toEqual({
        reason: 'declined at 300m: #12 was closed',
      })
  })
})
