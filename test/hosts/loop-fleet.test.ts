import { afterEach, describe, expect, it } from 'vitest'
import { fleet, fleetFiles, fleetNodes } from '../lab/loop/fleet.ts'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { notInCluster, requestedByGit, requestedIn } from '../lab/loop/requested.ts'
import { verbsIn } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: the fleet in the closed loop is not tested`)

/** Days until all values are where the rules want them, and a week after that. */
const [moving, quiet] = [14, 7]
const Gi = 1024
let lab: LoopLab

/** What the plan of a day says that its changes save: millicores and mebibytes, in all pods of all workloads that always run. */
function predicted({ report: { backtest } }: Day): { readonly cpu: number; readonly memory: number } {
  const always = (backtest?.workloads ?? []).filter(({ workload }) => workload.kind !== 'CronJob')
  const sum = (figure: 'requestedCores' | 'requestedGibibytes'): number =>
    always.reduce((total, { before, after }) => total + before[figure] - after[figure], 0)
  return { cpu: sum('requestedCores') * 1000, memory: sum('requestedGibibytes') * Gi }
}

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
    for (let day = 0; day < moving + quiet; day += 1) {
      const passed = await lab.day()
      days.push(passed)
      const cluster = { plane: lab.plane, pods: lab.kubelet.pods() }
      expect(await notInCluster(passed.changes, fleet, cluster)).toEqual([])
      expect(requestedIn(fleet, cluster.pods)).toEqual(requestedByGit(fleet, lab.repository))
    }
    expect(days.filter(({ commit }) => commit !== undefined).length).toBeGreaterThan(2)
    expect(days.slice(moving).map(({ commit }) => commit)).toEqual(Array.from({ length: quiet }))
    for (const [index, { requested }] of days.entries()) {
      const [before, after] = [requested.get('prod'), days[index + 1]?.requested.get('prod')]
      if (before === undefined || after === undefined) continue
      for (const resource of ['cpu', 'memory'] as const) {
        const [saves, saved] = [predicted(days[index] as Day)[resource], before[resource] - after[resource]]
        expect(Math.abs(saved - saves), `${resource} on day ${index}`).toBeLessThanOrEqual(0.05 * saves + 1)
      }
    }
    expect(lab.rollOuts.listings()).toBeGreaterThan(moving)
    expect(lab.rollOuts.violations()).toEqual([])
    expect([...lab.load.kills(), ...lab.load.shortages()]).toEqual([])
    expect(verbsIn(days)).toEqual(['get', 'list'])
  })
})
