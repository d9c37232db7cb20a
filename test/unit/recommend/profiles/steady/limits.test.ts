import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import {
  constantUsage,
  container,
  Mi,
  observationOf,
  type RecommendInput,
  reasonsOf,
  recommendFor,
  usageOf,
  verdicts,
} from './builders.ts'

describe('limits', () => {
  it('stay while they cover the request and the highest usage', () => {
    const values = { 'requests.cpu': '1', 'limits.cpu': '2' } as const
    const calm = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 100, Mi)]),
    })
    expect(verdicts(calm)).toEqual({ 'requests.cpu': '500m', 'limits.cpu': 'keep' })
    const burst = { ...constantUsage('app', 100, Mi), cpu: usageOf(cpuScale, [...Array(99).fill(100), 1800]) }
    expect(
      verdicts(recommendFor({ containers: [container(values)], observation: observationOf([burst]) })),
    ).toEqual({
      'requests.cpu': '500m',
      'limits.cpu': 'keep',
    })
  })
})

describe('a CPU limit that throttles its container', () => {
  const values = { 'requests.cpu': '500m', 'limits.cpu': '1' } as const
  const heldBack = (share: number, use = 400) => {
    const throttling = [0, 1, 2, 3, 4].map((day) => ({
      day,
      periods: 1000,
      throttled: day < 2 ? 0 : share * 1000,
    }))
    return observationOf([{ ...constantUsage('app', use, Mi), throttling }])
  }
  const answerTo = (observation: Observation, lastChange: RecommendInput['lastChange'] = () => undefined) =>
    recommendFor({ containers: [container(values)], observation, lastChange })

  it('is raised by a quarter when the last days show frequent throttling', () => {
    const answer = answerTo(heldBack(0.4))
    expect(verdicts(answer)).toMatchObject({ 'limits.cpu': '1250m' })
    expect(reasonsOf(answer, 'limits.cpu')).toContain('limit.throttled')
  })

  it('is raised once, until the new one shows its effect', () => {
    expect(verdicts(answerTo(heldBack(0.4), () => 1))).toMatchObject({ 'limits.cpu': 'keep' })
  })

  it('is not raised above four times the busiest slot: a higher limit does not help short bursts', () => {
    expect(verdicts(answerTo(heldBack(0.4, 200)))).toMatchObject({ 'limits.cpu': 'keep' })
  })

  it.each([0.1, 0.005])('in a share of %d of its periods stays when the request is lowered', (share) => {
    expect(verdicts(answerTo(heldBack(share, 200)))).toMatchObject({
      'requests.cpu': '250m',
      'limits.cpu': 'keep',
    })
  })
})

describe('Go variables', () => {
  const values = {
    'requests.cpu': '1',
    'limits.cpu': '3',
    'requests.memory': '512Mi',
    'limits.memory': '512Mi',
    'env.GOMAXPROCS': '8',
    'env.GOMEMLIMIT': '500MiB',
  } as const

  it('follow the limits: whole cores, and a share of the memory limit', () => {
    const answer = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 850, 440 * Mi)]),
    })
    expect(verdicts(answer)).toMatchObject({ 'env.GOMAXPROCS': '3', 'env.GOMEMLIMIT': '460MiB' })
  })

  it('a full heap under GOMEMLIMIT does not raise the memory request, an OOM kill does', () => {
    const full = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 850, 505 * Mi)]),
    })
    expect(verdicts(full)).toMatchObject({ 'requests.memory': 'keep', 'limits.memory': 'keep' })
    expect(reasonsOf(full, 'requests.memory')).toContain('go.held')
    const killed = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 850, 505 * Mi, 1)]),
    })
    expect(verdicts(killed)).toMatchObject({
      'requests.memory': '624Mi',
      'limits.memory': '624Mi',
      'env.GOMEMLIMIT': '561MiB',
    })
  })
})
