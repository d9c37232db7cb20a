import { afterEach, describe, expect, it } from 'vitest'
import { fleet, fleetFiles, fleetNodes } from '../lab/loop/fleet.ts'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { notInCluster, type Requested, requestedByGit, requestedIn, sumOf } from '../lab/loop/requested.ts'
import { verbsIn } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: the fleet in the closed loop is not tested`)

/** Days until all values are where the rules want them, and a week after that. */
const [moving, quiet] = [14, 7]
const Gi = 1024
let lab: LoopLab

/** By how much requests fall, by service. */
type Falls = ReadonlyMap<string, Requested>

/** What the plan of a day says that its changes save in all pods of each workload that always runs. */
const predicted = ({ report: { backtest } }: Day): Falls =>
  new Map(
    (backtest?.workloads ?? [])
      .filter(({ workload }) => workload.kind !== 'CronJob')
      .map(({ workload: { name }, before, after }) => [
        name,
        {
          cpu: (before.requestedCores - after.requestedCores) * 1000,
          memory: (before.requestedGibibytes - after.requestedGibibytes) * Gi,
        },
      ]),
  )

/** What the pods of each service request less on the day after. */
const fallsAfter = ({ requested }: Day, next: Day): Falls =>
  new Map(
    [...(requested.get('prod') ?? [])].map(([name, { cpu, memory }]) => {
      const after = next.requested.get('prod')?.get(name) ?? { cpu: 0, memory: 0 }
      return [name, { cpu: cpu - after.cpu, memory: memory - after.memory }]
    }),
  )

const scaled = new Set(fleet.filter(({ hpa }) => hpa !== undefined).map(({ name }) => name))
const ofFixed = (falls: Falls): Requested =>
  sumOf([...falls].flatMap(([name, one]) => (scaled.has(name) ? [] : [one])))

describe.skipIf(missing !== undefined)('a fleet of all shapes in the closed loop', () => {
  afterEach(() => lab?.close())

  it('gets what the plans predict, without harm, and rests for a week after a fortnight', async () => {
    lab = await startLoop({
      days: moving + quiet,
      services: fleet,
      files: fleetFiles,
      nodes: fleetNodes,
    })
    const days: Day[] = []
    const sizes: ReadonlyMap<string, Requested>[] = [requestedByGit(fleet, lab.repository)]
    for (let day = 0; day < moving + quiet; day += 1) {
      const passed = await lab.day()
      days.push(passed)
      const cluster = { plane: lab.plane, pods: lab.kubelet.pods() }
      expect(await notInCluster(passed.changes, fleet, cluster)).toEqual([])
      sizes.push(requestedByGit(fleet, lab.repository))
      expect(requestedIn(fleet, cluster.pods)).toEqual(sizes.at(-1))
    }
    expect(days.filter(({ commit }) => commit !== undefined).length).toBeGreaterThan(2)
    expect(days.slice(moving).map(({ commit }) => commit)).toEqual(Array.from({ length: quiet }))
    const overAll = new Map<string, number>()
    for (const [index, day] of days.slice(0, -1).entries()) {
      const [saves, saved] = [predicted(day), fallsAfter(day, days[index + 1] as Day)]
      for (const resource of ['cpu', 'memory'] as const) {
        const [expected, found] = [ofFixed(saves)[resource], ofFixed(saved)[resource]]
        expect(Math.abs(found - expected), `${resource} on day ${index}`).toBeLessThanOrEqual(
          0.05 * expected + 1,
        )
        // An HPA keeps its pods while usage is within 10 % of the target: one pod more or less on days with the same usage.
        for (const name of scaled) {
          const [more, less] = [saves.get(name)?.[resource] ?? 0, saved.get(name)?.[resource] ?? 0]
          const onePod = Math.max(
            ...sizes.slice(index, index + 2).map((one) => one.get(name)?.[resource] ?? 0),
          )
          expect(Math.abs(less - more), `${resource} of ${name} on day ${index}`).toBeLessThanOrEqual(
            onePod + 1,
          )
          const key = `${resource} of ${name} in pods`
          overAll.set(key, (overAll.get(key) ?? 0) + (less - more) / onePod)
        }
      }
    }
    // The parts of a day have the pods of their highest demand, and the plan those of each moment.
    for (const [key, pods] of overAll) expect(Math.abs(pods), key).toBeLessThanOrEqual(1.5)
    expect(lab.rollOuts.listings()).toBeGreaterThan(moving)
    expect(lab.rollOuts.violations()).toEqual([])
    expect([...lab.load.kills(), ...lab.load.shortages()]).toEqual([])
    expect(verbsIn(days)).toEqual(['get', 'list'])
  })
})
