import { describe, expect, it } from 'vitest'
import type { Behavior } from '../../../../../plugin/model/behavior.ts'
import type { Autoscaler } from '../../../../../plugin/recommend/hpa/controller.ts'
import { type KeptScale, safeTarget } from '../../../../../plugin/recommend/profiles/steady/safe-target.ts'
import type { Replay, Replayed } from '../../../../../plugin/recommend/replay/replay.ts'

/** A replay in which pods were asked for these loads, and what it was started with. */
function replay(podLoads: readonly number[]) {
  const asked: { members: readonly string[]; scaler: Autoscaler }[] = []
  const run: Replay = (members, scaler) => {
    asked.push({ members, scaler })
    const scaled = { run: { podLoads: Float64Array.from(podLoads) } }
    return { demand: {}, run: scaled } as unknown as Replayed
  }
  return { run, asked }
}

const kept: KeptScale = {
  members: ['app', 'proxy'],
  scalePoint: 400,
  utilization: 50,
  minReplicas: 2,
  maxReplicas: 9,
  bounds: { minimum: 50, maximum: 80 },
}

/** A thousand looks, some of them at a load above what a pod requests at the target of the name. */
const looks = (...above: readonly (readonly [load: number, count: number])[]): readonly number[] => {
  const loads = above.flatMap(([load, count]) => Array<number>(count).fill(load))
  return [...loads, ...Array<number>(1000 - loads.length).fill(100)]
}

/** With a scale point of 400m, a pod requests 500m at 80 %, 571m at 70 %, 667m at 60 %, 800m at 50 %. */
const at = { 80: 501, 75: 534, 70: 572, 65: 616, 60: 667, 50: 801 } as const

const target = (loads: readonly number[], more: Partial<KeptScale> = {}) =>
  safeTarget(replay(loads).run, { ...kept, ...more })

describe('the target at a kept scale point', () => {
  it('is simulated once, with the request of today', () => {
    const { run, asked } = replay(looks())
    safeTarget(run, kept)
    expect(asked).toEqual([
      {
        members: ['app', 'proxy'],
        scaler: { minReplicas: 2, maxReplicas: 9, utilization: 50, request: 800 },
      },
    ])
  })

  it('is simulated with the behaviour of the HPA', () => {
    const { run, asked } = replay(looks())
    const behavior = { scaleUp: {} } as unknown as Behavior
    safeTarget(run, { ...kept, behavior })
    expect(asked[0]?.scaler).toMatchObject({ behavior })
  })

  it('is not known without a replay, nor without looks', () => {
    expect(safeTarget(() => undefined, kept)).toBeUndefined()
    expect(target([])).toBeUndefined()
  })

  it('is the highest that leaves pods short for one part in a thousand at most', () => {
    expect(target(looks())).toEqual({ target: 80, overload: 0, overloadToday: 0 })
    expect(target(looks([at[80], 1]))).toEqual({ target: 80, overload: 0.001, overloadToday: 0 })
    expect(target(looks([at[80], 2]))).toEqual({ target: 75, overload: 0, overloadToday: 0 })
    expect(target(looks([at[70], 2]))).toEqual({ target: 65, overload: 0, overloadToday: 0 })
  })

  it('is the highest that leaves pods no shorter than today', () => {
    expect(target(looks([at[50], 5]))).toEqual({ target: 80, overload: 0.005, overloadToday: 0.005 })
    expect(target(looks([at[50], 5], [at[60], 2]))).toEqual({
      target: 55,
      overload: 0.005,
      overloadToday: 0.005,
    })
  })

  it('is tried in steps of five from the highest, with that of today and the lowest', () => {
    const tried = (more: Partial<KeptScale>) =>
      [501, 540, 560, 580, 600, 650, 700, 760, 799, 801].map((load) => target(looks([load, 2]), more)?.target)
    expect(tried({ utilization: 52, bounds: { minimum: 51, maximum: 78 } })).toEqual([
      78, 73, 68, 68, 63, 58, 53, 52, 78, 78,
    ])
  })

  it('is lowered where pods are short for more than a hundredth of the time and that ends it', () => {
    const crowded = { utilization: 80 }
    expect(target(looks([at[80], 10]), crowded)).toEqual({ target: 80, overload: 0.01, overloadToday: 0.01 })
    expect(target(looks([at[80], 11]), crowded)).toEqual({ target: 75, overload: 0, overloadToday: 0.011 })
    expect(target(looks([at[60], 10], [at[80], 5]), crowded)).toEqual({
      target: 75,
      overload: 0.01,
      overloadToday: 0.015,
    })
    expect(target(looks([at[60], 11]), crowded)).toEqual({ target: 55, overload: 0, overloadToday: 0.011 })
    expect(target(looks([at[50], 11]), crowded)).toEqual({
      target: 80,
      overload: 0.011,
      overloadToday: 0.011,
    })
  })

  it('stays where no lower one is allowed', () => {
    const bounds = { minimum: 80, maximum: 80 }
    expect(target(looks([at[80], 100]), { utilization: 80, bounds })).toEqual({
      target: 80,
      overload: 0.1,
      overloadToday: 0.1,
    })
  })
})
