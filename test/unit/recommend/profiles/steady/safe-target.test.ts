import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import { safeTarget } from '../../../../../plugin/recommend/profiles/steady/safe-target.ts'
import { replayOf } from '../../../../../plugin/recommend/replay/replay.ts'

const frame = { first: 300, step: 300, count: 14 * 288 }

/** Ten pods that share a load, in millicores by slot. */
function observe(load: (slot: number) => number): Observation {
  const recorder = usageRecorder(cpuScale, frame)
  for (let slot = 0; slot < frame.count; slot += 1)
    for (let pod = 0; pod < 10; pod += 1) recorder.add(slot, load(slot) / 10)
  const cpu = recorder.finish()
  return {
    cluster: 'prod',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
    window: { from: '1970-01-01T00:00:00Z', to: '1970-01-15T00:00:00Z' },
    days: 14,
    coverage: 1,
    containers: [{ container: 'app', oomKills: 0, ...(cpu && { cpu }) }],
  }
}

const kept = {
  members: ['app'],
  scalePoint: 500,
  utilization: 50,
  minReplicas: 2,
  maxReplicas: 60,
  bounds: { minimum: 50, maximum: 80 },
}

describe('the highest target that is safe for the demand', () => {
  it('is the highest allowed one under constant load', () => {
    expect(safeTarget(replayOf(observe(() => 5000)), kept)).toMatchObject({ target: 80, overload: 0 })
  })

  // Ten minutes in two hours, so 1.4 % of the time is in the minute after a jump.
  const leaps = (to: number) => replayOf(observe((slot) => (slot % 4 === 0 ? to : 2000)))

  it('is no worse than the current target', () => {
    const today = safeTarget(leaps(3900), kept)
    expect(today).toMatchObject({ target: 50, overload: 0, overloadToday: 0 })
  })

  it('is lower when load jumps often and a lower target ends the shortage', () => {
    const crowded = safeTarget(leaps(3900), { ...kept, utilization: 80 })
    expect(crowded).toMatchObject({ target: 50, overload: 0 })
    expect(crowded?.overloadToday).toBeGreaterThan(0.01)
  })

  it('is not lower when the jumps are too high for any target', () => {
    expect(safeTarget(leaps(40_000), { ...kept, utilization: 80 })?.target).toBe(80)
  })

  it('is unknown without a recorded demand', () => {
    expect(safeTarget(replayOf({ ...observe(() => 1), containers: [] }), kept)).toBeUndefined()
  })

  const high = { ...kept, bounds: { minimum: 50, maximum: 90 } }

  it('is up to 90 % where the recorded load leaves pods short for no longer than five minutes a week, or than today', () => {
    expect(safeTarget(replayOf(observe(() => 5000)), high)).toMatchObject({ target: 90, overload: 0 })
    // Load that rises by a fifth once a day for ten minutes: short at 90 % for 0.7 % of the time.
    const daily = replayOf(observe((slot) => (slot % 288 < 2 ? 6000 : 5000)))
    const safe = safeTarget(daily, high)
    expect(safe?.target).toBeLessThanOrEqual(85)
    expect(safe?.overload).toBeLessThanOrEqual(0.001)
    expect(safe?.cost).toBeCloseTo(50 / (safe?.target ?? 0), 9)
  })

  it('comes with a higher minimum where pods for a burst cost less than a low target all day', () => {
    const bursts = replayOf(observe((slot) => (slot % 48 < 6 ? 9000 : 3000)))
    const alone = safeTarget(bursts, high)
    const joint = safeTarget(bursts, { ...high, mayRaiseMinimum: true })
    expect(alone?.minReplicas).toBe(2)
    expect(joint?.minReplicas).toBeGreaterThan(6)
    expect(joint?.target).toBeGreaterThan(alone?.target ?? 0)
    expect(joint?.cost).toBeLessThan((alone?.cost ?? 0) - 0.03)
    expect(joint?.overload).toBeLessThanOrEqual(Math.max(joint?.overloadToday ?? 0, 0.001))
  })
})
