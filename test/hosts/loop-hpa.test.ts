import { afterEach, describe, expect, it } from 'vitest'
import { isReady } from '../lab/loop/kubelet.ts'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { podsOf } from '../lab/loop/load.ts'
import { notInCluster } from '../lab/loop/requested.ts'
import { type Service, sized } from '../lab/loop/services.ts'
import { changesIn, pass, reasons } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: HPAs in the closed loop are not tested`)

const front: Service = {
  kind: 'Deployment',
  name: 'front',
  directory: 'apps/shop',
  replicas: 2,
  hpa: { most: 12, target: 50 },
  // A rollout by itself takes no pods away.
  strategy: { maxUnavailable: 0, maxSurge: '25%' },
  demand: 2400,
  memory: 250,
  ...sized('800m', '512Mi'),
}
/** Its HPA keeps no recommendation, so that it follows each evaluation in the middle of a rollout. */
const hasty: Service = {
  ...front,
  name: 'hasty',
  hpa: { most: 12, target: 60, behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
}
const services = [front, hasty]
const nodes = { names: ['node-1', 'node-2', 'node-3'], cpu: 16, memory: 64 }
let lab: LoopLab

describe.skipIf(missing !== undefined)('HPAs in the closed loop', () => {
  afterEach(() => lab?.close())

  it('never leave fewer pods than the load needs while targets change and pods roll out', async () => {
    lab = await startLoop({ days: 5, services, nodes, slots: 3, stabilizationMs: 6000 })
    lab.kubelet.startIn(1000)
    const counts = new Set<number>()
    const days: Day[] = []
    lab.kubelet.onListing((pods) => counts.add(podsOf(front, pods).filter(isReady).length))
    for (let day = 0; day < 5; day += 1) {
      const passed = await lab.day()
      days.push(passed)
      await lab.meter.settled()
      const cluster = { plane: lab.plane, pods: lab.kubelet.pods() }
      expect(await notInCluster(passed.changes, services, cluster)).toEqual([])
    }
    expect(changesIn(days, 'front - hpa.target.cpu')).not.toEqual([])
    expect(changesIn(days, 'hasty - hpa.target.cpu').length).toBeGreaterThan(1)
    expect(changesIn(days, 'hpa.window')).not.toEqual([])
    expect(counts.size).toBeGreaterThan(1)
    expect(lab.rollOuts.violations()).toEqual([])
    for (const [name, share] of lab.rollOuts.leastCapacity()) expect(share, name).toBeGreaterThan(1)
  })

  it('without metrics are named, and nothing of their workloads is changed', async () => {
    lab = await startLoop({ days: 4, services, nodes })
    lab.meter.blind('front', true)
    const days = await pass(lab, 3)
    expect(changesIn(days, 'Deployment/front')).toEqual([])
    expect(changesIn(days, 'Deployment/hasty')).not.toEqual([])
    for (const why of reasons(days, 'front', 'requests.cpu'))
      expect(why).toMatch(/HorizontalPodAutoscaler\/front has no metrics.*FailedGetResourceMetric/)
    lab.meter.blind('front', false)
    await lab.meter.settled()
    expect(changesIn(await pass(lab, 1), 'Deployment/front')).not.toEqual([])
  })
})
