import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import type { DeclaredContainer } from '../../../../../plugin/model/declared-container.ts'
import { printValue, readValue } from '../../../../../plugin/model/value.ts'
import { constantUsage, container, Mi, observationOf, recommendFor, verdicts } from './builders.ts'

describe('under an autoscaler', () => {
  const autoscaler = { targets: [{ resource: 'cpu', utilization: 50 }] } as const

  it('request and target change together and the scale point is kept', () => {
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '1' })],
      autoscaler,
      observation: observationOf([constantUsage('app', 500, Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '630m', 'hpa.target.cpu': '79' })
  })

  it('nothing changes when one of its containers has no usage', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const answer = recommendFor({
      containers: both,
      autoscaler,
      observation: observationOf([constantUsage('app', 100, Mi)]),
    })
    expect(answer.filter(({ verdict }) => verdict === 'change')).toEqual([])
  })

  it('by memory, the memory request is kept', () => {
    const byMemory = { targets: [{ resource: 'memory', utilization: 80 }] } as const
    const answer = recommendFor({
      containers: [container({ 'requests.memory': '1Gi' })],
      autoscaler: byMemory,
      observation: observationOf([constantUsage('app', 100, 100 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.memory': 'keep' })
  })

  it('all containers of the pod change with the target, or only the one that the metric names', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const observation = observationOf([constantUsage('app', 500, Mi), constantUsage('proxy', 10, Mi)])
    const groups = (targets: DeclaredAutoscaler['targets']) =>
      recommendFor({ containers: both, autoscaler: { targets }, observation }).flatMap((one) =>
        one.verdict === 'change' ? [one.together] : [],
      )
    expect(new Set(groups([{ resource: 'cpu', utilization: 50 }]))).toEqual(new Set(['cpu']))
    expect(new Set(groups([{ resource: 'cpu', container: 'app', utilization: 50 }]))).toEqual(
      new Set(['cpu of app', 'cpu of proxy']),
    )
  })
})

describe('laws', () => {
  const load = fc.record({
    cpu: fc.integer({ min: 1, max: 4000 }),
    request: fc.integer({ min: 10, max: 8000 }),
    target: fc.integer({ min: 30, max: 90 }),
  })

  it('requests reach a fixed point when they are applied repeatedly under constant load', () => {
    fc.assert(
      fc.property(load, ({ cpu, request }) => {
        let now = request
        const path: number[] = []
        for (let round = 0; round < 40; round++) {
          const [answer] = recommendFor({
            containers: [container({ 'requests.cpu': `${now}m` })],
            observation: observationOf([constantUsage('app', cpu, Mi)]),
          })
          now = answer?.verdict === 'change' ? answer.to : now
          path.push(now)
        }
        expect(path.at(-1)).toBe(path.at(-10))
        expect(now).toBeGreaterThanOrEqual(cpu)
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('an HPA that keeps its pods at the target does not ratchet: the scale point drifts by rounding only', () => {
    fc.assert(
      fc.property(load, ({ request: start, target: first }) => {
        let [request, target] = [Math.max(100, start), first]
        const scalePoint = (request * target) / 100
        for (let round = 0; round < 20; round++) {
          const autoscaler = { targets: [{ resource: 'cpu', utilization: target }] } as const
          const answer = recommendFor({
            containers: [container({ 'requests.cpu': `${request}m` })],
            autoscaler,
            observation: observationOf([constantUsage('app', scalePoint, Mi)]),
          })
          for (const one of answer) {
            if (one.verdict !== 'change') continue
            if (one.field === 'requests.cpu') request = one.to
            else target = one.to
          }
        }
        expect(Math.abs((request * target) / 100 / scalePoint - 1)).toBeLessThan(0.05)
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('a Go heap that fills whatever GOMEMLIMIT allows does not raise it', () => {
    let values: DeclaredContainer['values'] = {
      'requests.memory': '256Mi',
      'limits.memory': '512Mi',
      'env.GOMEMLIMIT': '460MiB',
    }
    for (let round = 0; round < 10; round++) {
      const limit = readValue('env.GOMEMLIMIT', values['env.GOMEMLIMIT'] ?? '') ?? 0
      const answer = recommendFor({
        containers: [container(values)],
        observation: observationOf([constantUsage('app', 10, limit)]),
      })
      values = Object.fromEntries(
        answer.map((one) => [
          one.field,
          one.verdict === 'change' ? printValue(one.field, one.to) : values[one.field as keyof typeof values],
        ]),
      )
    }
    expect(values).toEqual({
      'requests.memory': '256Mi',
      'limits.memory': '512Mi',
      'env.GOMEMLIMIT': '460MiB',
    })
  })

  it('more usage never lowers a request', () => {
    const wants = (cpu: number, memory: number) =>
      recommendFor({
        containers: [container({ 'requests.cpu': '500m', 'requests.memory': '512Mi' })],
        observation: observationOf([constantUsage('app', cpu, memory)]),
      }).map((one) => (one.verdict === 'change' ? one.to : one.verdict === 'keep' ? one.from : 0))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 0, max: 4000 }), (less, more) => {
        const [low, high] = [wants(less, less * Mi), wants(less + more, (less + more) * Mi)]
        low.forEach((value, index) => {
          expect(high[index]).toBeGreaterThanOrEqual(value)
        })
      }),
      { seed: 11, numRuns: 300 },
    )
  })
})
