import { afterEach, describe, expect, it } from 'vitest'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { requestedByGit, requestedIn } from '../lab/loop/requested.ts'
import { services } from '../lab/loop/services.ts'
import { changesIn, pass, reasons, verbsIn } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: the closed loop is not tested`)

/** Days until all values are where the rules want them, and a week after that. */
const [moving, quiet] = [14, 7]
let lab: LoopLab

describe.skipIf(missing !== undefined)('the closed loop of usage, commit, Flux and rollout', () => {
  afterEach(() => lab?.close())

  it('brings all values to the cluster without harm, reads alone, and then rests', async () => {
    lab = await startLoop({ days: moving + quiet })
    const before = requestedIn(services, lab.kubelet.pods())
    const days: Day[] = []
    for (let day = 0; day < moving + quiet; day += 1) {
      days.push(...(await pass(lab, 1)))
      expect(requestedIn(services, lab.kubelet.pods())).toEqual(requestedByGit(services, lab.repository))
    }
    expect(days.filter(({ commit }) => commit !== undefined).length).toBeGreaterThan(2)
    expect(days.slice(moving).map(({ commit }) => commit)).toEqual(Array.from({ length: quiet }))
    expect(lab.rollOuts.listings()).toBeGreaterThan(moving)
    expect(lab.rollOuts.violations()).toEqual([])
    expect([...lab.load.kills()]).toEqual([])
    expect(verbsIn(days)).toEqual(['get', 'list'])
    const after = requestedIn(services, lab.kubelet.pods())
    for (const { name, memory, demand, replicas } of services) {
      const { [name]: own } = Object.fromEntries(after)
      expect(own, name).not.toEqual(before.get(name))
      expect((own?.memory ?? 0) / memory, name).toBeGreaterThan(1)
      expect((own?.memory ?? 0) / memory, name).toBeLessThan(1.3)
      expect((own?.cpu ?? 0) / (demand / replicas), name).toBeGreaterThan(0.9)
      expect((own?.cpu ?? 0) / (demand / replicas), name).toBeLessThan(1.3)
    }
  })

  it('takes a change back once when its workload is killed after it, and does not propose it again', async () => {
    lab = await startLoop({ days: 10 })
    expect(changesIn(await pass(lab, 2), 'Deployment/web app limits.memory')).toHaveLength(1)
    lab.load.scaleMemory('web', 2.2)
    const harmed = await pass(lab, 1)
    const kills = lab.load.kills().get('web')
    expect(kills).toBeGreaterThan(0)
    expect(changesIn(harmed, 'memory')).toEqual([
      expect.stringMatching(/Deployment\/web app requests\.memory 360Mi \d+Mi health\.killed/),
      expect.stringMatching(/Deployment\/web app limits\.memory 360Mi \d+Mi health\.killed/),
    ])
    const later = await pass(lab, 7)
    expect(changesIn(later, 'Deployment/web app limits.memory')).toEqual([])
    expect(reasons(later.slice(-1), 'web', 'requests.memory')).toEqual([
      expect.stringContaining('health.floor'),
    ])
    expect(lab.load.kills().get('web')).toBe(kills)
  })

  it('changes nothing more of a workload while Flux is suspended, and says so', async () => {
    lab = await startLoop({ days: 7 })
    await lab.flux.suspend('apps/shop', true)
    const [first, ...suspended] = await pass(lab, 6)
    expect(changesIn([first as Day], 'Deployment/web')).not.toEqual([])
    expect(requestedIn(services, lab.kubelet.pods()).get('web')).toEqual({ cpu: 500, memory: 512 })
    expect(changesIn(suspended, 'apps/shop')).toEqual([])
    expect(reasons(suspended.slice(-1), 'web', 'requests.cpu')).toEqual([
      expect.stringMatching(/health\.waiting: .*each pod still requests 500m of CPU, and Git says 250m/),
    ])
    // What another Kustomization rolls out goes on.
    expect(changesIn(suspended, 'apps/system')).not.toEqual([])
    await lab.flux.suspend('apps/shop', false)
    await lab.flux.reconcile(lab.repository.head())
    await lab.rollOuts.settled()
    expect(requestedIn(services, lab.kubelet.pods())).toEqual(requestedByGit(services, lab.repository))
  })
})
