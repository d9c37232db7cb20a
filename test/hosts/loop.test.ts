import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { requestedByGit, requestedIn } from '../lab/loop/requested.ts'
import { services } from '../lab/loop/services.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: the closed loop is not tested`)

/** Days until all values are where the rules want them, and a week after that. */
const [moving, quiet] = [14, 7]
let lab: LoopLab

async function pass(days: number, settles = true): Promise<readonly Day[]> {
  const passed: Day[] = []
  for (let day = 0; day < days; day += 1) passed.push(await lab.day({ settles }))
  return passed
}

const changesIn = (days: readonly Day[], text: string): readonly string[] =>
  days.flatMap(({ changes }) => changes.filter((one) => one.includes(text)))

/** Why a value of a service is as it is, on each of some days. */
const reasons = (days: readonly Day[], service: string, field: string): readonly string[] =>
  days.map(({ report: { recommendations } }) =>
    recommendations
      .filter(({ workload, field: own }) => workload.name === service && own === field)
      .flatMap(({ because = [], missing: text = '' }) => [
        text,
        ...because.map((one) => `${one.rule}: ${one.text}`),
      ])
      .join('\n'),
  )

describe.skipIf(missing !== undefined)('the closed loop of usage, commit, Flux and rollout', () => {
  afterEach(() => lab?.close())

  it('brings all values to the cluster without harm, reads alone, and then rests', async () => {
    lab = await startLoop(moving + quiet)
    const before = requestedIn(lab.kubelet.pods())
    const days: Day[] = []
    for (let day = 0; day < moving + quiet; day += 1) {
      days.push(...(await pass(1)))
      expect(requestedIn(lab.kubelet.pods())).toEqual(requestedByGit(lab.repository))
    }
    expect(days.filter(({ commit }) => commit !== undefined).length).toBeGreaterThan(2)
    expect(days.slice(moving).map(({ commit }) => commit)).toEqual(Array.from({ length: quiet }))
    expect(lab.rollOuts.listings()).toBeGreaterThan(moving)
    expect(lab.rollOuts.violations()).toEqual([])
    expect([...lab.load.kills()]).toEqual([])
    const requests = days.flatMap((day) => day.requests)
    expect([...new Set(requests.map(({ verb }) => verb))].sort()).toEqual(['get', 'list'])
    const after = requestedIn(lab.kubelet.pods())
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
    lab = await startLoop(10)
    expect(changesIn(await pass(2), 'Deployment/web app limits.memory')).toHaveLength(1)
    lab.load.scaleMemory('web', 2.2)
    const harmed = await pass(1)
    const kills = lab.load.kills().get('web')
    expect(kills).toBeGreaterThan(0)
    expect(changesIn(harmed, 'memory')).toEqual([
      expect.stringMatching(/Deployment\/web app requests\.memory 360Mi \d+Mi health\.killed/),
      expect.stringMatching(/Deployment\/web app limits\.memory 360Mi \d+Mi health\.killed/),
    ])
    const later = await pass(7)
    expect(changesIn(later, 'Deployment/web app limits.memory')).toEqual([])
    expect(reasons(later.slice(-1), 'web', 'requests.memory')).toEqual([
      expect.stringContaining('health.floor'),
    ])
    expect(lab.load.kills().get('web')).toBe(kills)
  })

  it('changes nothing more of a workload while Flux is suspended, and says so', async () => {
    lab = await startLoop(7)
    await lab.flux.suspend('apps/shop', true)
    const [first, ...suspended] = await pass(6)
    expect(changesIn([first as Day], 'Deployment/web')).not.toEqual([])
    expect(requestedIn(lab.kubelet.pods()).get('web')).toEqual({ cpu: 500, memory: 512 })
    expect(changesIn(suspended, 'apps/shop')).toEqual([])
    expect(reasons(suspended.slice(-1), 'web', 'requests.cpu')).toEqual([
      expect.stringMatching(/health\.waiting: .*each pod still requests 500m of CPU, and Git says 250m/),
    ])
    // What another Kustomization rolls out goes on.
    expect(changesIn(suspended, 'apps/system')).not.toEqual([])
    await lab.flux.suspend('apps/shop', false)
    await lab.flux.reconcile(lab.repository.head())
    await lab.rollOuts.settled()
    expect(requestedIn(lab.kubelet.pods())).toEqual(requestedByGit(lab.repository))
  })

  it('restores a value once whose rollout a quota rejects', async () => {
    lab = await startLoop(4)
    const quotas = '/api/v1/namespaces/shop/resourcequotas'
    await lab.plane.call('POST', quotas, { metadata: { name: 'pods' }, spec: { hard: { pods: '10' } } })
    await sleep(2000)
    expect(changesIn(await pass(1, false), 'Deployment/api app requests.cpu')).toHaveLength(1)
    await sleep(5000)
    const days = await pass(3, false)
    expect(changesIn(days, 'Deployment/api')).toEqual([
      expect.stringContaining('Deployment/api app requests.cpu 310m 100m rollout.stuck'),
    ])
    expect(reasons(days.slice(0, 1), 'api', 'requests.cpu')).toEqual([
      expect.stringContaining('exceeded quota: pods'),
    ])
    expect(lab.rollOuts.violations()).toEqual([])
  })

  it('names a request that no node can hold, and changes nothing of its workload', async () => {
    lab = await startLoop(3)
    await pass(1)
    const larger = (text: string): string => text.replace(/cpu: .*/, "cpu: '5'")
    lab.repository.edit('apps/shop/orders.yaml', larger, lab.now())
    await lab.flux.reconcile(lab.repository.head())
    await sleep(5000)
    const days = await pass(2, false)
    expect(changesIn(days, 'StatefulSet/orders')).toEqual([])
    for (const why of reasons(days, 'orders', 'requests.cpu'))
      expect(why).toMatch(/no node has room for 1 pod: .*Insufficient cpu/)
    expect(lab.rollOuts.violations()).toEqual([])
  })
  it('notices a rollout that takes too many pods away', async () => {
    lab = await startLoop(1)
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
