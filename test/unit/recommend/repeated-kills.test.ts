import { describe, expect, it } from 'vitest'
import type { PastValue } from '../../../plugin/model/past-edit.ts'
import type { Change } from '../../../plugin/model/recommendation.ts'
import { unansweredKills } from '../../../plugin/plan/unanswered-kills.ts'
import { keepAfterTwoRaises } from '../../../plugin/recommend/repeated-kills.ts'
import { observationWith, workload } from './builders.ts'

const raise = (field: 'requests.memory' | 'limits.memory', rule: string): Change => ({
  workload,
  container: 'app',
  field,
  verdict: 'change',
  from: 88 * 1024 ** 3,
  to: 106 * 1024 ** 3,
  because: [{ rule, text: '' }],
  together: 'memory of app',
})
const answer = [raise('requests.memory', 'memory.oom'), raise('limits.memory', 'limit.equal')]
const past = (from: string, to: string, daysAgo: number, rule = 'memory.oom'): PastValue => ({
  from,
  to,
  rules: ['memory.peak', rule],
  at: '2026-09-10T00:00:00Z',
  daysAgo,
  commit: 'abc',
})
const verdicts = (...edits: readonly PastValue[]) =>
  keepAfterTwoRaises(answer, () => edits).map(({ verdict }) => verdict)

describe('memory that is killed again after two raises', () => {
  it('is not raised a third time, and the reason names the raises', () => {
    const kept = keepAfterTwoRaises(answer, () => [past('72Gi', '88Gi', 3), past('60Gi', '72Gi', 8)])
    expect(kept.map(({ verdict }) => verdict)).toEqual(['keep', 'keep'])
    const [first] = kept
    expect(first?.verdict === 'keep' ? first.because.at(-1) : undefined).toMatchObject({
      rule: 'memory.oom-again',
      text: expect.stringContaining('(60Gi → 72Gi → 88Gi)'),
    })
  })

  it.each([
    ['after one raise', [past('72Gi', '88Gi', 3)]],
    ['when the first raise is long ago', [past('72Gi', '88Gi', 3), past('60Gi', '72Gi', 31)]],
    ['when usage raised it', [past('72Gi', '88Gi', 3), past('60Gi', '72Gi', 8, 'limit.covers')]],
    ['when it was lowered', [past('72Gi', '88Gi', 3), past('72Gi', '60Gi', 8)]],
  ])('is raised %s', (_, edits) => {
    expect(verdicts(...edits)).toEqual(['change', 'change'])
  })
})

describe('kills that no raise answers', () => {
  const observation = observationWith({ containers: [{ container: 'app', oomKills: 3 }] })
  const kept = { workload, container: 'app', field: 'requests.memory', from: 1, source: 'apps' } as const
  const because = [{ rule: 'memory.oom-again', text: 'It leaks.' }]

  it('are listed with the reason, so that no plan is silent about them', () => {
    const [one] = unansweredKills([{ ...kept, verdict: 'keep', because }], [observation])
    expect(one).toMatchObject({ cluster: 'prod', container: 'app', kills: 3, why: 'It leaks.' })
  })

  it('are not listed beside a raise, a skipped workload, or in another cluster', () => {
    const raised = { ...kept, verdict: 'change', to: 2, because, together: 'm' } as const
    expect(unansweredKills([raised], [observation])).toEqual([])
    expect(unansweredKills([{ ...kept, verdict: 'unsure', missing: 'x' } as never], [observation])).toEqual(
      [],
    )
    expect(
      unansweredKills([{ ...kept, verdict: 'keep', because, cluster: 'staging' }], [observation]),
    ).toEqual([])
  })
})
