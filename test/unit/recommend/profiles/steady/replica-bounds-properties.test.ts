import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withChanges } from '../../../../../plugin/recommend/replay/apply.ts'
import { ask, declare, type Need, observeUnder } from './replica-builders.ts'

describe('replica bounds', () => {
  const shape = fc.record({
    low: fc.integer({ min: 1, max: 30 }),
    high: fc.integer({ min: 0, max: 40 }),
    from: fc.integer({ min: 1, max: 40 }),
    most: fc.integer({ min: 0, max: 80 }),
  })

  it('reach a fixed point under the same demand, cover it, and stay within the settings', () => {
    fc.assert(
      fc.property(shape, ({ low, high, from, most }) => {
        const need: Need = (hour) => low + high * Math.max(0, Math.sin((hour / 12) * Math.PI))
        let declared = declare(from, from + most)
        for (let run = 0; run < 10; run += 1) {
          const moves = ask(declared, observeUnder(declared, need)).filter((one) => one.verdict === 'change')
          const bounds = moves.filter(({ field }) => field.endsWith('Replicas'))
          if (run > 7) expect(bounds).toEqual([])
          declared = withChanges(declared, bounds)
        }
        const { minReplicas = 0, maxReplicas = 0 } = declared.autoscaler ?? {}
        expect(minReplicas).toBeLessThanOrEqual(maxReplicas)
        if (most === 0) expect([minReplicas, maxReplicas]).toEqual([from, from])
        else {
          expect(maxReplicas).toBeGreaterThan(Math.min(99, low + high))
          expect(minReplicas).toBeGreaterThanOrEqual(Math.min(from, 2))
          expect(minReplicas).toBeLessThanOrEqual(Math.max(from, Math.ceil(low / 2) + 1))
        }
      }),
      { seed: 3, numRuns: 20 },
    )
  })
})
