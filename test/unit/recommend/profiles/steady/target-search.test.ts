import { describe, expect, it } from 'vitest'
import type { Behavior } from '../../../../../plugin/model/behavior.ts'
import type { Autoscaler } from '../../../../../plugin/recommend/hpa/controller.ts'
import { safeTarget, type TargetSearch } from '../../../../../plugin/recommend/profiles/steady/safe-target.ts'
import type { Replay, ReplayedDemand } from '../../../../../plugin/recommend/replay/replay.ts'

/** A replay with these loads per pod, and the calls it got. */
function replay(podLoads: readonly number[]) {
  const calls: { members: readonly string[]; scaler: Autoscaler }[] = []
  const run: Replay = (members, scaler) => {
    calls.push({ members, scaler })
    const simulation = { podLoads: Float64Array.from(podLoads) }
    return { demand: {}, pods: { simulation } } as unknown as ReplayedDemand
  }
  return { run, calls }
}

const kept: TargetSearch = {
  members: ['app', 'proxy'],
  scalePoint: 400,
  utilization: 50,
  minReplicas: 2,
  maxReplicas: 9,
  bounds: { minimum: 50, maximum: 80 },
}

/** A thousand evaluations of the HPA: some with these loads, the rest with 100m. */
const evaluations = (...above: readonly (readonly [load: number, count: number])[]): readonly number[] => {
  const loads = above.flatMap(([load, count]) => Array<number>(count).fill(load))
  return [...loads, ...Array<number>(1000 - loads.length).fill(100)]
}

/** Loads just above the request at a target. Scale point 400m: 500m at 80 %, 571m at 70 %, 667m at 60 %, 800m at 50 %. */
const at = { 80: 501, 75: 534, 70: 572, 65: 616, 60: 667, 50: 801 } as const

const target = (loads: readonly number[], more: Partial<TargetSearch> = {}) =>
  safeTarget(replay(loads).run, { ...kept, ...more })

describe('the safe target at a kept scale point', () => {
  it('is simulated once, with the current request', () => {
    const { run, calls } = replay(evaluations())
    safeTarget(run, kept)
    expect(calls).toEqual([
      {
        members: ['app', 'proxy'],
        scaler: { minReplicas: 2, maxReplicas: 9, utilization: 50, request: 800 },
      },
    ])
  })

  it('is simulated with the behaviour of the HPA', () => {
    const { run, calls } = replay(evaluations())
    const behavior = { scaleUp: {} } as unknown as Behavior
    safeTarget(run, { ...kept, behavior })
    expect(calls[0]?.scaler).toMatchObject({ behavior })
  })

  it('is undefined without a replay or without evaluations', () => {
    expect(safeTarget(() => undefined, kept)).toBeUndefined()
    expect(target([])).toBeUndefined()
  })

  it('is the highest with overload in at most 0.1 % of the time', () => {
    expect(target(evaluations())).toMatchObject({ target: 80, overload: 0, overloadToday: 0 })
    expect(target(evaluations([at[80], 1]))).toMatchObject({ target: 80, overload: 0.001, overloadToday: 0 })
    expect(target(evaluations([at[80], 2]))).toMatchObject({ target: 75, overload: 0, overloadToday: 0 })
    expect(target(evaluations([at[70], 2]))).toMatchObject({ target: 65, overload: 0, overloadToday: 0 })
  })

  it('is the highest with no more overload than today', () => {
    expect(target(evaluations([at[50], 5]))).toMatchObject({
      target: 80,
      overload: 0.005,
      overloadToday: 0.005,
    })
    expect(target(evaluations([at[50], 5], [at[60], 2]))).toMatchObject({
      target: 55,
      overload: 0.005,
      overloadToday: 0.005,
    })
  })

  it('is searched in steps of 5 from the highest, including the current and the lowest one', () => {
    const tried = (more: Partial<TargetSearch>) =>
      [501, 540, 560, 580, 600, 650, 700, 760, 799, 801].map(
        (load) => target(evaluations([load, 2]), more)?.target,
      )
    expect(tried({ utilization: 52, bounds: { minimum: 51, maximum: 78 } })).toEqual([
      78, 73, 68, 68, 63, 58, 53, 52, 78, 78,
    ])
  })

  it('is lowered when overload is above 1 % of the time and a lower target ends it', () => {
    const atHighest = { utilization: 80 }
    expect(target(evaluations([at[80], 10]), atHighest)).toMatchObject({
      target: 80,
      overload: 0.01,
      overloadToday: 0.01,
    })
    expect(target(evaluations([at[80], 11]), atHighest)).toMatchObject({
      target: 75,
      overload: 0,
      overloadToday: 0.011,
    })
    expect(target(evaluations([at[60], 10], [at[80], 5]), atHighest)).toMatchObject({
      target: 75,
      overload: 0.01,
      overloadToday: 0.015,
    })
    expect(target(evaluations([at[60], 11]), atHighest)).toMatchObject({
      target: 55,
      overload: 0,
      overloadToday: 0.011,
    })
    expect(target(evaluations([at[50], 11]), atHighest)).toMatchObject({
      target: 80,
      overload: 0.011,
      overloadToday: 0.011,
    })
  })

  it('is kept when no lower one is allowed', () => {
    const bounds = { minimum: 80, maximum: 80 }
    expect(target(evaluations([at[80], 100]), { utilization: 80, bounds })).toMatchObject({
      target: 80,
      overload: 0.1,
      overloadToday: 0.1,
    })
  })
})
