import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import type { PodEvent } from '../../../../plugin/model/pod-events.ts'
import { incidentIn } from '../../../../plugin/recommend/health/incident.ts'
import { moreEvictions, moreRestarts } from '../../../../plugin/recommend/health/signs.ts'
import type { HealthSpan } from '../../../../plugin/recommend/health/span.ts'
import { observationWith, workload } from '../builders.ts'

const day = 86_400
const span: HealthSpan = { from: 20 * day, to: 22 * day, shift: 7 * day, isOpen: true, days: 2 }
const at = (what: PodEvent['what'], days: number, count = 1): PodEvent => ({ what, time: days * day, count })
const observed = (
  podEvents: readonly PodEvent[] | undefined,
  oomTimes: readonly number[] = [],
  name = 'api',
): Observation => ({
  ...observationWith({ containers: [{ container: 'app', oomKills: oomTimes.length, oomTimes }] }),
  workload: { ...workload, name },
  ...(podEvents && { podEvents }),
})

describe('restarts after a change', () => {
  it.each([
    [
      'three, and none before',
      [at('restarted', 21, 3)],
      [],
      'containers were restarted 3 times in 2 days (0 in the same hours before)',
    ],
    [
      'twice as many',
      [at('restarted', 14, 2), at('restarted', 20.5), at('restarted', 21, 3)],
      [],
      'containers were restarted 4 times in 2 days (2 in the same hours before)',
    ],
    ['two', [at('restarted', 21, 2)], [], undefined],
    ['as many as before', [at('restarted', 14, 3), at('restarted', 21, 3)], [], undefined],
    [
      'those of OOM kills',
      [at('restarted', 21, 4)],
      [20.5, 20.6, 21, 21.5].map((days) => days * day),
      undefined,
    ],
    ['those before it', [at('restarted', 19, 9)], [], undefined],
    ['unknown', undefined, [], undefined],
  ] as const)('%s', (_, events, kills, expected) => {
    expect(moreRestarts(observed(events, kills), span)).toBe(expected)
  })

  it('are an incident where many others have them too', () => {
    const signs = [{ rule: 'health.restarted', text: '' }]
    const others = ['a', 'b', 'c', 'd'].map((name) => observed([at('restarted', 21, 5)], [], name))
    const one = observed([at('restarted', 21, 5)])
    expect(incidentIn(one, { span, signs, all: [one, ...others] })).toBe(
      '4 of 4 other workloads were restarted or evicted in the same hours',
    )
    const calm = ['a', 'b', 'c', 'd'].map((name) => observed([], [], name))
    expect(incidentIn(one, { span, signs, all: [one, ...calm] })).toBeUndefined()
  })
})

describe('evictions after a change', () => {
  it.each([
    ['one, and none before', [at('evicted', 21)], '1 pod was evicted in 2 days (0 in the same hours before)'],
    [
      'more than before',
      [at('evicted', 14), at('evicted', 21), at('evicted', 21.1)],
      '2 pods were evicted in 2 days (1 in the same hours before)',
    ],
    ['as many as before', [at('evicted', 14), at('evicted', 21)], undefined],
  ] as const)('%s', (_, events, expected) => {
    expect(moreEvictions(observed(events), span)).toBe(expected)
  })
})
