import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { podsOf } from '../lab/loop/load.ts'
import { requestedByGit, requestedIn } from '../lab/loop/requested.ts'
import { services } from '../lab/loop/services.ts'
import { changesIn, pass, reasons } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: faults in the closed loop are not tested`)

let lab: LoopLab

describe.skipIf(missing !== undefined)('faults in the closed loop', () => {
  afterEach(() => lab?.close())

  it('takes nothing back when the memory of all workloads rises in the same hours', async () => {
    lab = await startLoop({ days: 8 })
    expect(changesIn(await pass(lab, 2), 'limits.memory').length).toBeGreaterThan(3)
    for (const { name } of services) lab.load.scaleMemory(name, 5)
    const harmed = await pass(lab, 1)
    expect([...lab.load.kills().keys()].length).toBeGreaterThan(3)
    const later = await pass(lab, 3)
    expect(changesIn([...harmed, ...later], 'health.')).toEqual([])
    expect(JSON.stringify(harmed[0]?.report)).toMatch(
      /other workloads of the cluster were killed or taken down/,
    )
  })

  it('restores the values of a rollout that never gets ready, and does not propose them again', async () => {
    const deadline = 5
    lab = await startLoop({
      days: 7,
      services: services.map((one) => ({ ...one, ...(one.kind === 'Deployment' ? { deadline } : {}) })),
    })
    const old = new Set(
      podsOf({ name: 'web' }, lab.kubelet.pods()).map(
        ({ metadata }) => metadata.labels?.['pod-template-hash'],
      ),
    )
    lab.kubelet.failing(
      ({ metadata: { labels } }) => labels?.['app'] === 'web' && !old.has(labels['pod-template-hash']),
    )
    expect(changesIn(await pass(lab, 1, false), 'Deployment/web')).toHaveLength(3)
    await sleep(deadline * 1000 + 2000)
    expect(changesIn(await pass(lab, 1), 'Deployment/web')).toEqual([
      expect.stringContaining('Deployment/web app requests.cpu 250m 500m health.down'),
      expect.stringContaining('Deployment/web app requests.memory 360Mi 512Mi health.down'),
      expect.stringContaining('Deployment/web app limits.memory 360Mi 512Mi health.down'),
    ])
    const days = await pass(lab, 5)
    expect(changesIn(days, 'Deployment/web')).toEqual([])
    expect(reasons(days.slice(-1), 'web', 'requests.cpu')).toEqual([expect.stringContaining('health.floor')])
    expect(requestedIn(services, lab.kubelet.pods())).toEqual(requestedByGit(services, lab.repository))
    expect(lab.rollOuts.violations()).toEqual([])
  })

  it('restores a value once whose rollout a quota rejects', async () => {
    lab = await startLoop({ days: 4 })
    const quotas = '/api/v1/namespaces/shop/resourcequotas'
    await lab.plane.call('POST', quotas, { metadata: { name: 'pods' }, spec: { hard: { pods: '10' } } })
    await sleep(2000)
    expect(changesIn(await pass(lab, 1, false), 'Deployment/api app requests.cpu')).toHaveLength(1)
    await sleep(5000)
    const days = await pass(lab, 3, false)
    expect(changesIn(days, 'Deployment/api')).toEqual([
      expect.stringContaining('Deployment/api app requests.cpu 310m 100m rollout.stuck'),
    ])
    expect(reasons(days.slice(0, 1), 'api', 'requests.cpu')).toEqual([
      expect.stringContaining('exceeded quota: pods'),
    ])
    expect(lab.rollOuts.violations()).toEqual([])
  })

  it('names a request that no node can hold, and changes nothing of its workload', async () => {
    lab = await startLoop({ days: 3 })
    await pass(lab, 1)
    const larger = (text: string): string => text.replace(/cpu: .*/, "cpu: '5'")
    lab.repository.edit('apps/shop/orders.yaml', larger, lab.now())
    await lab.flux.reconcile(lab.repository.head())
    await sleep(5000)
    const days = await pass(lab, 2, false)
    expect(changesIn(days, 'StatefulSet/orders')).toEqual([])
    for (const why of reasons(days, 'orders', 'requests.cpu'))
      expect(why).toMatch(/no node has room for 1 pod: .*Insufficient cpu/)
    expect(lab.rollOuts.violations()).toEqual([])
  })
  it('notices a rollout that takes too many pods away', async () => {
    lab = await startLoop({ days: 1 })
    const reckless = (text: string): string =>
      text
        .replace(/cpu: .*/, 'cpu: 400m')
        .replace('spec:\n', 'spec:\n  strategy: { rollingUpdate: { maxUnavailable: 4, maxSurge: 0 } }\n')
    lab.repository.edit('apps/shop/web.yaml', reckless, lab.now())
    await lab.flux.reconcile(lab.repository.head())
    await lab.rollOuts.settled()
    expect(lab.rollOuts.violations()).toContainEqual(
      expect.stringMatching(/^web: [012] of 4 pods are ready$/),
    )
  })
})
