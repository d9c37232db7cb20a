import { afterEach, describe, expect, it } from 'vitest'
import { type Day, type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { notInCluster, sumOf } from '../lab/loop/requested.ts'
import { numberOf } from '../lab/loop/series.ts'
import { clusterOf, services as few, type Service } from '../lab/loop/services.ts'
import { changesIn, pass, verbsIn } from './loop-story.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: waves over two clusters are not tested`)

/** The same three workloads in two clusters, each with a directory of its own. */
const services = ['staging', 'prod'].flatMap((cluster) =>
  few
    .filter(({ directory }) => directory === 'apps/shop')
    .map((one): Service => ({ ...one, cluster, directory: `${cluster}/shop` })),
)
const inCluster = (name: string) => services.filter((one) => clusterOf(one) === name)
const waves = { order: [{ cluster: 'staging' }] }
const deliver = { mode: 'direct', base: 'main', waves }
let lab: LoopLab

/** Days on which a value of a workload changed in a cluster: by `Deployment/web app requests.cpu`. */
function datesOf(days: readonly Day[], cluster: string): ReadonlyMap<string, readonly number[]> {
  const dates = new Map<string, readonly number[]>()
  for (const [day, { changes }] of days.entries())
    for (const change of changes.filter((one) => one.startsWith(`${cluster}/`))) {
      const [workload = '', container, field] = change.split(' ')
      const key = `${workload.slice(cluster.length + 1)} ${container} ${field}`
      dates.set(key, [...(dates.get(key) ?? []), day])
    }
  return dates
}

type Budget = Partial<Record<'workloads' | 'cpu' | 'memory', number>>

/** Percent of the requested CPU and memory that may be lowered in a day. */
const share = 10

/** The workloads of a cluster whose requests of a resource were lowered on a day. */
const loweredIn = ({ changes }: Day, cluster: string, resource: 'cpu' | 'memory'): ReadonlySet<string> =>
  new Set(
    changes.flatMap((one) => {
      const [workload = '', , field, from = '', to = ''] = one.split(' ')
      const isLower = field === `requests.${resource}` && numberOf(to) < numberOf(from)
      return workload.startsWith(`${cluster}/`) && isLower ? [workload] : []
    }),
  )

/** What the pods of a cluster request less on the day after, in percent. */
function fallAfter(
  days: readonly Day[],
  day: number,
  [cluster, resource]: [string, 'cpu' | 'memory'],
): number {
  const [before, after] = [days[day], days[day + 1]].map((one) => {
    const requested = one?.requested.get(cluster)
    return requested && sumOf(requested.values())[resource]
  })
  return before === undefined || after === undefined ? 0 : (1 - after / before) * 100
}

const workloadsIn = ({ changes }: Day, cluster: string): number =>
  new Set(changes.filter((one) => one.startsWith(`${cluster}/`)).map((one) => one.split(' ', 1)[0])).size

describe.skipIf(missing !== undefined)('waves over two clusters in the closed loop', () => {
  afterEach(() => lab?.close())

  it.each<[string, Budget, RegExp]>([
    ['workloads', { workloads: 2 }, /^waits for the budget: 2 workloads at once/],
    ['resources', { cpu: share, memory: share }, /^waits for the budget: 10 % of the requested (CPU|memory)/],
  ])(
    'change a value in prod only after it held in staging, within the budget of %s',
    async (_, budget, wait) => {
      const settings = { health: { days: 1 }, deliver: { ...deliver, budget } }
      lab = await startLoop({ days: 10, services, settings })
      const days: Day[] = []
      for (let day = 0; day < 10; day += 1) {
        const passed = await lab.day()
        days.push(passed)
        const head = lab.repository.head()
        // The same run again, as after a restart: nothing more moves.
        await lab.operator.run()
        expect(lab.repository.head()).toBe(head)
        for (const [name, { plane, kubelet }] of lab.clusters) {
          expect(workloadsIn(passed, name), `${name} on day ${day}`).toBeLessThanOrEqual(
            budget.workloads ?? 3,
          )
          const own = passed.changes.filter((one) => one.startsWith(`${name}/`))
          expect(await notInCluster(own, inCluster(name), { plane, pods: kubelet.pods() })).toEqual([])
        }
      }
      const waits = days.flatMap(({ report }) => report.skipped.map(({ reason }) => reason))
      for (const resource of ['cpu', 'memory'] as const)
        for (const name of budget.cpu === undefined ? [] : lab.clusters.keys()) {
          const falls = days.slice(0, -1).map((passed, day) => ({
            percent: fallAfter(days, day, [name, resource]),
            workloads: loweredIn(passed, name, resource).size,
          }))
          expect(Math.max(...falls.map(({ percent }) => percent))).toBeGreaterThan(0)
          // One workload alone may be more than the budget.
          const together = falls.filter(({ workloads }) => workloads !== 1)
          expect(Math.max(...together.map(({ percent }) => percent)), `${resource} in ${name}`).toBeLessThan(
            share + 2,
          )
        }
      expect(waits).toContainEqual(expect.stringMatching(wait))
      const [staging, prod] = [datesOf(days, 'staging'), datesOf(days, 'prod')]
      expect(prod.size).toBeGreaterThan(5)
      for (const [value, dates] of prod)
        for (const [nth, date] of dates.entries())
          expect(date - (staging.get(value)?.[nth] ?? date), value).toBeGreaterThanOrEqual(1)
      expect(verbsIn(days)).toEqual(['get', 'list'])
      for (const { rollOuts, load } of lab.clusters.values())
        expect([...rollOuts.violations(), ...load.kills()]).toEqual([])
    },
  )

  it('never bring a change to prod that did harm in staging', async () => {
    lab = await startLoop({ days: 8, services, settings: { health: { days: 1 }, deliver } })
    const { staging, prod } = Object.fromEntries(lab.clusters)
    expect(changesIn(await pass(lab, 1), 'staging/shop/Deployment/web app limits.memory')).toHaveLength(1)
    staging?.load.scaleMemory('web', 2.2)
    const harmed = await pass(lab, 1)
    expect(staging?.load.kills().get('web')).toBeGreaterThan(0)
    expect(changesIn(harmed, 'staging/shop/Deployment/web app limits.memory')).toEqual([
      expect.stringContaining('health.killed'),
    ])
    const later = await pass(lab, 6)
    expect(changesIn([...harmed, ...later], 'prod/shop/Deployment/web app limits.memory')).toEqual([])
    expect(changesIn(later, 'prod/shop/StatefulSet/orders')).not.toEqual([])
    expect(prod?.load.kills()).toEqual(new Map())
    expect(
      later
        .at(-1)
        ?.report.skipped.filter(({ cluster, workload }) => cluster === 'prod' && /web/.test(workload)),
    ).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('taken back in staging') }))
  })
})
