import { afterEach, describe, expect, it } from 'vitest'
import { isReady } from '../lab/loop/kubelet.ts'
import { type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { podsOf } from '../lab/loop/load.ts'
import { type Service, sized } from '../lab/loop/services.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: emergencies in the closed loop are not tested`)

const scaled: Omit<Service, 'name' | 'directory'> = {
  kind: 'Deployment',
  replicas: 2,
  hpa: { most: 12, target: 60 },
  demand: 300,
  memory: 200,
  ...sized('300m', '256Mi'),
}
/** One workload by each kind of source: a kustomization, the values of a chart, and committed recommendations. */
const services: readonly Service[] = [
  { ...scaled, name: 'web', directory: 'apps/shop' },
  { ...scaled, name: 'storefront', directory: 'apps/releases', isRelease: true },
  { ...scaled, name: 'legacy', directory: 'apps/rendered', chart: 'charts/legacy' },
]
const nodes = { names: ['node-1', 'node-2', 'node-3'], cpu: 16, memory: 64 }
let lab: LoopLab

/** The number of ready pods of each service. */
const pods = (): readonly number[] =>
  services.map((one) => podsOf(one, lab.kubelet.pods()).filter(isReady).length)

async function emergency(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await lab.operator.command('emergency', ...args)
  expect(status, stderr).toBe(0)
  await rollOut()
}

async function rollOut(): Promise<void> {
  await lab.rollOutHead()
  await lab.meter.settled()
}

/** One urgent run, as each hour. */
async function hour(): Promise<readonly number[]> {
  await lab.operator.run('--urgent')
  await rollOut()
  return pods()
}

describe.skipIf(missing !== undefined)('an emergency in the closed loop', () => {
  afterEach(() => lab?.close())

  it('raises pods of all kinds of sources at once, ends by itself or by a stop, and goes back in steps', async () => {
    lab = await startLoop({ days: 4, services, nodes })
    expect(pods()).toEqual([2, 2, 2])
    await emergency('start', '--namespace', 'shop', '--for', '20h', '--reason', 'sale')
    expect(pods()).toEqual([12, 12, 12])
    expect(await hour()).toEqual([12, 12, 12])
    await lab.passTime()
    expect([await hour(), await hour(), await hour()]).toEqual([
      [6, 6, 6],
      [3, 3, 3],
      [2, 2, 2],
    ])
    await emergency('start', '--workload', 'shop/Deployment/web')
    expect(pods()).toEqual([12, 2, 2])
    await emergency('stop', '--workload', 'shop/Deployment/web')
    expect([pods(), await hour(), await hour()]).toEqual([
      [6, 2, 2],
      [3, 2, 2],
      [2, 2, 2],
    ])
    const head = lab.repository.head()
    expect([await hour(), lab.repository.head()]).toEqual([[2, 2, 2], head])
    expect([...new Set(lab.audited().map(({ verb }) => verb))].sort()).toEqual(['get', 'list'])
    expect(lab.rollOuts.violations()).toEqual([])
  })
})
