import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import type { PastValue } from '../../../../plugin/model/past-edit.ts'
import type { Change } from '../../../../plugin/model/recommendation.ts'
import type { SignalSamples } from '../../../../plugin/model/signal.ts'
import { followChanges } from '../../../../plugin/recommend/health/follow.ts'
import { keepWhileWorse } from '../../../../plugin/recommend/health/signals.ts'
import { observationWith, recordedUsage, workload } from '../builders.ts'

const hour = 3600
const end = Date.UTC(2026, 8, 15) / 1000
const frame = { first: end - 14 * 24 * hour + hour, step: hour, count: 14 * 24 }

/** A signal of the last 14 days, by its hour before the end. */
const signal = (more: Partial<SignalSamples>, at: (hoursAgo: number) => number): SignalSamples => ({
  name: 'error rate',
  worse: 'above',
  first: end - 14 * 24 * hour,
  step: 900,
  values: Array.from({ length: 14 * 96 + 1 }, (_, index) => at(14 * 24 - index / 4)),
  ...more,
})

const observed = (signals: readonly SignalSamples[], name = 'api'): Observation => ({
  ...observationWith({
    containers: [
      { container: 'app', oomKills: 0, ...recordedUsage({ cpu: () => 100, memory: () => 1e8 }, frame) },
    ],
  }),
  workload: { ...workload, name },
  signals,
})

const edit: PastValue = {
  from: '500m',
  to: '200m',
  rules: ['cpu.benefit'],
  at: '2026-09-13T00:00:00Z',
  daysAgo: 2,
  commit: 'a1b2c3d4e5f6',
}
const declared = {
  workload: { ...workload, name: 'api' },
  containers: [{ name: 'app', role: 'main' as const, values: { 'requests.cpu': '200m' } }],
}

function judged(signals: readonly SignalSamples[], others: readonly Observation[] = [], past = edit) {
  const observation = observed(signals)
  const [health] = followChanges([{ workload: declared.workload, container: 'app', field: 'requests.cpu' }], {
    declared,
    observation,
    pastValues: () => [past],
    all: [observation, ...others],
    options: { days: 3, takeBack: true, floorDays: 30 },
  })
  return { verdict: health?.verdict, text: health?.signs.map(({ text }) => text).join(' | ') }
}

/** One value until the change, and one after it. */
const step = (was: number, is: number) => (hoursAgo: number) => (hoursAgo > 48 ? was : is)

describe('a signal of owners after a change', () => {
  it.each([
    [
      'beyond its limit',
      signal({ value: 0.01 }, step(0.002, 0.03)),
      'error rate is 0.03 on average, above 0.01 (0.002 in the same hours before)',
    ],
    [
      'below its limit',
      signal({ name: 'orders', worse: 'below', value: 5 }, step(8, 4)),
      'orders is 4 on average, below 5 (8 in the same hours before)',
    ],
    [
      'a share above before',
      signal({ name: 'latency', relative: 0.2 }, step(0.1, 0.13)),
      'latency is 0.13 on average (0.1 in the same hours before)',
    ],
    [
      'beyond its limit, with nothing before',
      signal({ value: 0.01 }, step(Number.NaN, 0.03)),
      'error rate is 0.03 on average, above 0.01 (nothing recorded in the same hours before)',
    ],
  ])('does harm when it is %s', (_, samples, text) => {
    expect(judged([samples])).toEqual({ verdict: 'hurt', text })
  })

  it.each([
    ['was as bad before', signal({ value: 0.01 }, () => 0.03)],
    ['is within its limit', signal({ value: 0.01 }, step(0.002, 0.009))],
    ['is a little above before', signal({ relative: 0.2 }, step(0.1, 0.115))],
    ['is better', signal({ worse: 'below', relative: 0.2 }, step(8, 12))],
    ['has nothing to compare with', signal({ relative: 0.2 }, step(Number.NaN, 0.5))],
    ['was nothing before', signal({ relative: 0.2 }, step(0, 0.5))],
    [
      'is not recorded that far back',
      {
        ...signal({ value: 0.01 }, () => 0.03),
        first: end - 3 * 24 * hour,
        values: new Array(289).fill(0.03),
      },
    ],
    ['has too few values', signal({ value: 0.01 }, (ago) => (ago < 0.6 ? 1 : Number.NaN))],
  ])('does none when it %s', (_, samples) => {
    expect(judged([samples])).toEqual({ verdict: 'open', text: '' })
  })

  it('blames no raise', () => {
    const raised = { ...edit, from: '100m', to: '200m' }
    expect(judged([signal({ value: 0.01 }, step(0, 1))], [], raised).verdict).toBe('open')
  })

  it('blames nobody when those of many others are worse in the same hours', () => {
    const worse = signal({ value: 0.01 }, step(0.002, 0.03))
    const others = ['a', 'b', 'c', 'd'].map((name) => observed([worse], name))
    expect(judged([worse], others).verdict).toBe('unclear')
    const calm = ['a', 'b', 'c', 'd'].map((name) => observed([signal({ value: 0.01 }, () => 0)], name))
    expect(judged([worse], calm).verdict).toBe('hurt')
  })
})

describe('a signal that is worse now', () => {
  const change = (field: 'requests.cpu' | 'requests.memory', from: number, to: number): Change => ({
    workload,
    container: 'app',
    field,
    verdict: 'change',
    from,
    to,
    because: [],
    together: field,
  })
  const changes = [change('requests.cpu', 500, 200), change('requests.memory', 1e8, 2e8)]

  it('keeps what would be lowered, and nothing else', () => {
    const worse = observed([signal({ value: 0.01 }, (ago) => (ago < 2 ? 0.05 : 0))])
    const [cpu, memory] = keepWhileWorse(changes, worse)
    expect(cpu).toMatchObject({
      verdict: 'keep',
      because: [
        {
          rule: 'signal.worse',
          text: 'error rate is 0.05 in the last hour (the limit is 0.01). Nothing of the workload is lowered while that is so.',
        },
      ],
    })
    expect(memory).toMatchObject({ verdict: 'change' })
  })

  it('is compared with the same hour of the week before', () => {
    const nightly = (ago: number): number => (ago % 168 < 1 ? 5 : 1)
    expect(keepWhileWorse(changes, observed([signal({ relative: 0.5 }, nightly)]))).toBe(changes)
    const [cpu] = keepWhileWorse(changes, observed([signal({ relative: 0.5 }, (ago) => (ago < 2 ? 5 : 1))]))
    expect(cpu?.verdict).toBe('keep')
  })

  it('keeps nothing without signals', () => {
    expect(keepWhileWorse(changes, observed([]))).toBe(changes)
  })
})
