import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler, DeclaredContainer } from '../../../../../plugin/model/declared.ts'
import { printValue, readValue } from '../../../../../plugin/model/value.ts'
import { ask, container, Mi, seen, steadyUse, verdicts } from './builders.ts'

describe('under an autoscaler', () => {
  const autoscaler = { targets: [{ resource: 'cpu', utilization: 50 }] } as const

  it('request and target move together and the scale point is kept', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '1' })],
      autoscaler,
      observation: seen([steadyUse('app', 500, Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '630m', 'hpa.target.cpu': '79' })
  })

  it('moves nothing when one of its containers was not seen', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const answer = ask({ containers: both, autoscaler, observation: seen([steadyUse('app', 100, Mi)]) })
    expect(answer.filter(({ verdict }) => verdict === 'change')).toEqual([])
  })

  it('of memory, the memory request is held', () => {
    const byMemory = { targets: [{ resource: 'memory', utilization: 80 }] } as const
    const answer = ask({
      containers: [container({ 'requests.memory': '1Gi' })],
      autoscaler: byMemory,
      observation: seen([steadyUse('app', 100, 100 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.memory': 'keep' })
  })

  it('ties all containers of the pod to the target, and only the named one where the metric names it', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const observation = seen([steadyUse('app', 500, Mi), steadyUse('proxy', 10, Mi)])
    const groups = (targets: DeclaredAutoscaler['targets']) =>
      ask({ containers: both, autoscaler: { targets }, observation }).flatMap((one) =>
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

  it('under constant load, applied again and again, requests settle and then stand still', () => {
    fc.assert(
      fc.property(load, ({ cpu, request }) => {
        let now = request
        const path: number[] = []
        for (let round = 0; round < 40; round++) {
          const [answer] = ask({
            containers: [container({ 'requests.cpu': `${now}m` })],
            observation: seen([steadyUse('app', cpu, Mi)]),
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

  it('an HPA that holds its pods at the target never ratchets: the scale point drifts by rounding alone', () => {
    fc.assert(
      fc.property(load, ({ request: start, target: first }) => {
        let [request, target] = [Math.max(100, start), first]
        const scalePoint = (request * target) / 100
        for (let round = 0; round < 20; round++) {
          const autoscaler = { targets: [{ resource: 'cpu', utilization: target }] } as const
          const answer = ask({
            containers: [container({ 'requests.cpu': `${request}m` })],
            autoscaler,
            observation: seen([steadyUse('app', scalePoint, Mi)]),
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

  it('a Go heap that fills whatever GOMEMLIMIT allows does not grow', () => {
    let values: DeclaredContainer['values'] = {
      'requests.memory': '256Mi',
      'limits.memory': '512Mi',
      'env.GOMEMLIMIT': '460MiB',
    }
    for (let round = 0; round < 10; round++) {
      const limit = readValue('env.GOMEMLIMIT', values['env.GOMEMLIMIT'] ?? '') ?? 0
      const answer = ask({
        containers: [container(values)],
        observation: seen([steadyUse('app', 10, limit)]),
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

  it('more usage never asks for less', () => {
    const wants = (cpu: number, memory: number) =>
      ask({
        containers: [container({ 'requests.cpu': '500m', 'requests.memory': '512Mi' })],
        observation: seen([steadyUse('app', cpu, memory)]),
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
