import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Autoscaler, hpaController } from '../../../../plugin/recommend/hpa/controller.ts'
import { desiredReplicas } from '../../../../plugin/recommend/hpa/desired.ts'
import { simulateHpa } from '../../../../plugin/recommend/hpa/simulate.ts'

const [step, sync, readySeconds] = [300, 15, 30]

/** Evaluates every 15 seconds, without leaving any evaluation out. */
function everyEvaluation(values: readonly number[], scaler: Autoscaler) {
  const controller = hpaController(scaler)
  let current = Math.max(1, scaler.minReplicas)
  let starting: { ready: number; pods: number }[] = []
  const [replicas, loads]: [number[], number[]] = [[], []]
  let [podSeconds, overloadSeconds] = [0, 0]
  for (const [slot, usage] of values.entries()) {
    for (let now = slot * step; now < (slot + 1) * step; now += sync) {
      starting = starting.filter(({ ready }) => ready > now)
      const ready = Math.max(1, current - starting.reduce((sum, { pods }) => sum + pods, 0))
      loads.push(usage / ready)
      podSeconds += current * sync
      if (usage > ready * scaler.request) overloadSeconds += sync
      const next = controller.sync(
        { now, current },
        desiredReplicas({ ...scaler, current, ready, usage }, scaler.tolerance),
      )
      if (next > current) starting.push({ ready: now + readySeconds, pods: next - current })
      for (let gone = current - next; gone > 0 && starting.length > 0; ) {
        const last = starting.at(-1) as { ready: number; pods: number }
        const removed = Math.min(gone, last.pods)
        last.pods -= removed
        gone -= removed
        if (last.pods === 0) starting.pop()
      }
      current = next
    }
    replicas.push(current)
  }
  return { replicas, loads, podSeconds, overloadSeconds }
}

const demand = fc.array(fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.constantFrom(400, 2000, 5000)), {
  minLength: 1,
  maxLength: 60,
})
const scalers = fc.record({
  minReplicas: fc.integer({ min: 1, max: 4 }),
  maxReplicas: fc.integer({ min: 4, max: 30 }),
  request: fc.constantFrom(100, 250, 1000),
  utilization: fc.constantFrom(50, 70, 90),
  downscaleStabilization: fc.constantFrom(0, 60, 300, 1000),
})

describe('a simulated HPA', () => {
  it('gives what every single evaluation gives, although it leaves out those that change nothing', () => {
    fc.assert(
      fc.property(demand, scalers, (values, scaler) => {
        const run = simulateHpa({ values: Float64Array.from(values), step }, scaler)
        const all = everyEvaluation(values, scaler)
        expect([...run.replicas]).toEqual(all.replicas)
        expect([...run.podLoads]).toEqual(all.loads)
        expect(run.podSeconds).toBe(all.podSeconds)
        expect(run.overloadSeconds).toBe(all.overloadSeconds)
        expect(run.seconds).toBe(values.length * step)
      }),
      { numRuns: 500 },
    )
  })
})
