import { describe, expect, it } from 'vitest'
import { type Behavior, defaultBehavior } from '../../../../plugin/model/behavior.ts'
import { scaleDownLimit, scaleUpLimit, stabilize } from '../../../../plugin/recommend/hpa/behavior.ts'
import { hpaController } from '../../../../plugin/recommend/hpa/controller.ts'
import { desiredByAllMetrics, desiredReplicas } from '../../../../plugin/recommend/hpa/desired.ts'
import { simulateHpa } from '../../../../plugin/recommend/hpa/simulate.ts'

describe('one metric: ceil(pods × utilisation ÷ target), computed by hand', () => {
  // [pods, ready, usage of all in m, request of one in m, target %, pods wanted]
  it.each([
    ['nothing changes at the target', 4, 4, 2800, 1000, 70, 4],
    ['double the target doubles', 4, 4, 4000, 1000, 50, 8],
    ['half the target halves', 4, 4, 1000, 1000, 50, 2],
    ['a tenth above the target is tolerated: 77 % of 70 %', 10, 10, 7700, 1000, 70, 10],
    ['more than a tenth is not: 78 ÷ 70 × 10 = 11.14', 10, 10, 7800, 1000, 70, 12],
    ['a tenth below the target is tolerated: 63 % of 70 %', 10, 10, 6300, 1000, 70, 10],
    ['less is not: 62 ÷ 70 × 10 = 8.86', 10, 10, 6200, 1000, 70, 9],
    ['utilisation is truncated to whole percent: 77.9 % counts as 77 %', 10, 10, 7790, 1000, 70, 10],
    ['a half pod is rounded up: 90 ÷ 60 × 3 = 4.5', 3, 3, 2700, 1000, 60, 5],
    ['a whole number is not rounded: 60 ÷ 50 × 5 = 6', 5, 5, 3000, 1000, 50, 6],
    ['no load needs no pods', 5, 5, 0, 1000, 50, 0],
    ['halving the request doubles the pods', 4, 4, 2800, 500, 70, 8],
    ['half the request at double the target is the same scale point', 4, 4, 1600, 500, 80, 4],
    ['starting pods count as idle: 400 % over 4 is 200 over 8 → 16', 8, 4, 16_000, 1000, 100, 16],
    ['a scale-up in progress is not repeated: 150 over 4 is 75 over 8', 8, 4, 6000, 1000, 100, 8],
    ['within tolerance with starting pods: 105 over 8', 8, 4, 8400, 1000, 100, 8],
    ['below the target only ready pods count: 50 % × 4 ready', 8, 4, 2000, 1000, 100, 2],
    [
      'a floating-point error adds a pod, as in the controller: 124 ÷ 60 × 15 = 31 and a bit',
      15,
      15,
      18_600,
      1000,
      60,
      32,
    ],
    ['without a ready pod there is no recommendation', 3, 0, 0, 1000, 50, undefined],
  ])('%s', (_, current, ready, usage, request, utilization, expected) => {
    expect(desiredReplicas({ current, ready, usage, request, utilization })).toBe(expected)
  })
})

const up = defaultBehavior.scaleUp
const slow: Behavior = {
  scaleUp: { ...up, policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }] },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 2, periodSeconds: 90 }],
    selectPolicy: 'Max',
  },
}

describe('policies and stabilisation, computed by hand', () => {
  it.each([
    ['four pods are more than double of two', 2, [], 6],
    ['double is more than four pods of ten', 10, [], 20],
    ['pods added in the period count: 10 at its start, now 16', 16, [{ time: 95, pods: 6 }], 20],
    ['pods added before the period do not count', 16, [{ time: 85, pods: 6 }], 32],
    ['pods removed in the period count: 12 at its start', 10, [{ time: 95, pods: -2 }], 24],
  ])('up: %s', (_, current, events, expected) => {
    expect(scaleUpLimit(current, events, { now: 100, rules: up })).toBe(expected)
  })

  it('up: Min takes the smallest change, Disabled none', () => {
    expect(scaleUpLimit(10, [], { now: 0, rules: { ...up, selectPolicy: 'Min' } })).toBe(14)
    expect(scaleUpLimit(10, [], { now: 0, rules: { ...up, selectPolicy: 'Disabled' } })).toBe(10)
  })

  it.each([
    ['2 % of 100 in 90 s', 100, [], 98],
    ['2 % of 10 is truncated to 9', 10, [], 9],
    ['pods removed in the period count: 100 at its start', 98, [{ time: 50, pods: -2 }], 98],
  ])('down: %s', (_, current, events, expected) => {
    expect(scaleDownLimit(current, events, { now: 100, rules: slow.scaleDown })).toBe(expected)
  })

  it('down: the highest recommendation of five minutes wins', () => {
    const recommendations = [
      { time: 0, pods: 9 },
      { time: 100, pods: 6 },
      { time: 310, pods: 3 },
    ]
    expect(stabilize(10, recommendations, { now: 310, behavior: defaultBehavior })).toBe(6)
    expect(stabilize(10, recommendations.slice(2), { now: 310, behavior: defaultBehavior })).toBe(3)
  })

  it('up: without a window the last recommendation counts, with one the lowest', () => {
    const recommendations = [
      { time: 0, pods: 12 },
      { time: 30, pods: 20 },
    ]
    expect(stabilize(10, recommendations, { now: 30, behavior: defaultBehavior })).toBe(20)
    const calm = { ...defaultBehavior, scaleUp: { ...up, stabilizationWindowSeconds: 60 } }
    expect(stabilize(10, recommendations, { now: 30, behavior: calm })).toBe(12)
  })
})

describe('the controller', () => {
  const bounds = { minReplicas: 2, maxReplicas: 30 }
  it('moves pods within bounds at once', () => {
    const { sync } = hpaController(bounds)
    expect(sync({ now: 0, current: 40 }, 0)).toBe(30)
    expect(sync({ now: 15, current: 1 }, 1)).toBe(2)
  })

  it('keeps workloads scaled to 0, and workloads without a metric', () => {
    const { sync } = hpaController(bounds)
    expect(sync({ now: 0, current: 0 }, 5)).toBe(0)
    expect(sync({ now: 15, current: 7 }, undefined)).toBe(7)
  })

  it('without a behaviour it grows to four or to double at every evaluation', () => {
    const { sync } = hpaController({ minReplicas: 1, maxReplicas: 30 })
    let current = 1
    const seen = [0, 15, 30, 45].map((now) => (current = sync({ now, current }, 60)))
    expect(seen).toEqual([4, 8, 16, 30])
  })

  it('with the default behaviour it grows by four or to double in 15 seconds', () => {
    const { sync } = hpaController({ minReplicas: 1, maxReplicas: 30, behavior: defaultBehavior })
    let current = 1
    const seen = [0, 5, 15, 30].map((now) => (current = sync({ now, current }, 60)))
    expect(seen).toEqual([5, 5, 10, 20])
  })

  it('scales down five minutes after the demand, then at once', () => {
    const { sync } = hpaController(bounds)
    let current = 10
    const at = (now: number, recommendation: number): number =>
      (current = sync({ now, current }, recommendation))
    expect([at(0, 10), at(15, 2), at(285, 2), at(300, 2), at(315, 2)]).toEqual([10, 10, 10, 10, 2])
  })

  it('does not scale down in the first five minutes: the pods at the start count as a recommendation', () => {
    const { sync } = hpaController(bounds)
    expect([sync({ now: 0, current: 8 }, 3), sync({ now: 301, current: 8 }, 3)]).toEqual([8, 3])
  })

  it('scales down from 100 to 10 in about 98 minutes at 2 % in 90 seconds', () => {
    const { sync } = hpaController({ minReplicas: 10, maxReplicas: 100, behavior: slow })
    let [current, now] = [100, 0]
    while (current > 10) {
      current = sync({ now, current }, 0)
      now += 15
    }
    expect(now / 60).toBeGreaterThan(90)
    expect(now / 60).toBeLessThan(106)
  })
})

describe('several metrics', () => {
  it.each([
    ['the most pods win', [3, 8, 5], 4, 8],
    ['a metric that cannot be read allows a scale-up', [6, undefined], 4, 6],
    ['and prevents a scale-down', [3, undefined], 4, undefined],
    ['without a readable metric there is no recommendation', [undefined, undefined], 4, undefined],
  ])('%s', (_, recommendations, current, expected) => {
    expect(desiredByAllMetrics(recommendations, current)).toBe(expected)
  })

  it.each([
    // [pods, ready, missing, usage of the measured in m, target %, pods wanted]; a pod requests 1000m
    ['pods without a measurement are idle in a scale-up: 90 % of 8 is 60 % of 12', 12, 8, 4, 7200, 60, 12],
    [
      'and the scale-up still happens when the load is high enough: 180 % of 8 is 120 % of 12',
      12,
      8,
      4,
      14_400,
      60,
      24,
    ],
    ['pods without a measurement are busy in a scale-down: 20 % of 8 is 46 % of 12', 12, 8, 4, 1600, 60, 10],
    ['they do not reverse the direction: 50 % of 8 would be 66 % of 12', 12, 8, 4, 4000, 60, 12],
  ])('%s', (_, current, ready, missing, usage, utilization, expected) => {
    expect(desiredReplicas({ current, ready, missing, usage, request: 1000, utilization })).toBe(expected)
  })
})

describe('a simulated HPA', () => {
  const demand = { values: new Float64Array(288).fill(7000), step: 300 }
  const scaler = { minReplicas: 3, maxReplicas: 30, utilization: 70, request: 1000 }

  it('settles where demand meets the scale point', () => {
    const run = simulateHpa(demand, scaler)
    expect([run.replicas.at(-1), run.mostReplicas, run.atMaximumSeconds]).toEqual([10, 10, 0])
    expect(run.overloadSeconds).toBeLessThan(120)
  })

  it('runs the same pods for the same scale point', () => {
    const [one, other] = [
      simulateHpa(demand, scaler),
      simulateHpa(demand, { ...scaler, request: 875, utilization: 80 }),
    ]
    expect(one.replicas).toEqual(other.replicas)
  })

  it('counts the time at the maximum, and skips gaps', () => {
    expect(simulateHpa(demand, { ...scaler, maxReplicas: 8 }).atMaximumSeconds).toBeGreaterThan(86_000)
    const gaps = {
      ...demand,
      values: demand.values.map((load, slot) => (slot % 2 === 0 ? load : Number.NaN)),
    }
    expect(simulateHpa(gaps, scaler).seconds).toBe(43_200)
  })
})
