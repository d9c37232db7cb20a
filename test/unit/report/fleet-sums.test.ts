import { expect, it } from 'vitest'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { FleetWorkload } from '../../../plugin/model/fleet.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Plan, SourceRecommendation } from '../../../plugin/model/plan.ts'
import { addSample, cpuScale, emptySketch, finishSketch, memoryScale } from '../../../plugin/model/sketch.ts'
import { fleetFigures } from '../../../plugin/recommend/replay/fleet-figures.ts'
import { fleetSums } from '../../../plugin/report/fleet/sums.ts'
import { skipKindOf, skippedByKind } from '../../../plugin/report/skip-reasons.ts'

const workload = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name })
const usage = (scale: typeof cpuScale, value: number) => {
  const buffer = emptySketch(scale)
  for (let nth = 0; nth < 10; nth += 1) addSample(buffer, scale, value)
  return { sketch: finishSketch(buffer), peak: value, samples: 10 }
}
const observation = (name: string, pods: number): Observation => ({
  cluster: 'prod',
  workload: workload(name),
  window: { from: '2026-01-01T00:00:00Z', to: '2026-01-15T00:00:00Z' },
  days: 14,
  coverage: 1,
  containers: [{ container: 'app', cpu: usage(cpuScale, 100), memory: usage(memoryScale, 1e8), oomKills: 0 }],
  replicas: { min: pods, max: pods, mean: pods },
})
const gibibyte = 1024 ** 3
const prices = { coreHour: 0.03, gibibyteHour: 0.004 }
/** A workload of the fleet with requests of `cpu` millicores and of 1 GiB, of which `to` millicores are proposed. */
function inFleet(name: string, pods: number, cpu: number, to?: number): FleetWorkload {
  const requests = { cpu: `${cpu}m`, memory: '1Gi' }
  const template = { spec: { containers: [{ name: 'app', resources: { requests } }] } }
  const { apiVersion, kind, namespace } = workload(name)
  const manifest = { apiVersion, kind, metadata: { name, namespace }, spec: { template } }
  const [declared] = declaredWorkloads([manifest], namespace)
  if (declared === undefined) throw new Error(`${name} is not declared`)
  const moves = to === undefined ? [] : [{ field: 'requests.cpu', container: 'app', to } as const]
  const observed = observation(name, pods)
  const figures = fleetFigures(declared, observed, { moves, prices })
  const place = { source: 'apps', cluster: 'prod', path: 'apps', workload: workload(name) }
  return { ...place, containers: [], observation: observed, ...figures }
}
const address = (name: string, field: 'requests.cpu' | 'requests.memory') =>
  ({ source: 'apps', cluster: 'prod', workload: workload(name), container: 'app', field }) as const
const recommendations: readonly SourceRecommendation[] = [
  { ...address('web', 'requests.cpu'), verdict: 'change', from: 500, to: 200, because: [], together: 'a' },
  { ...address('web', 'requests.memory'), verdict: 'keep', from: 1000, because: [] },
  { ...address('api', 'requests.cpu'), verdict: 'unsure', missing: 'No usage found for shop/api' },
]
const followed: NonNullable<Plan['followed']> = (['held', 'open', 'waiting'] as const).map(
  (verdict, nth) => ({
    ...address(['web', 'api', 'job'][nth] ?? '', 'requests.cpu'),
    verdict,
    signs: [],
    figures: [],
    edit: { from: '1', to: '500m', rules: [], at: '2026-01-05T00:00:00Z', daysAgo: 10, commit: 'c' },
  }),
)
const plan: Plan = {
  recommendations,
  skipped: [
    {
      source: 'apps',
      namespace: 'shop',
      workload: 'Deployment/web',
      field: 'x',
      reason: 'snoozed until May',
    },
    {
      source: 'apps',
      namespace: 'shop',
      workload: 'Deployment/web',
      field: 'y',
      reason: 'snoozed until May',
    },
    { source: 'broken', workload: '', reason: 'kustomize build failed' },
  ],
  followed,
  fleet: [inFleet('web', 3, 500, 200), inFleet('api', 2, 700)],
}

it('sums count every pod, and add up what was merged and is in force', () => {
  const [sums, ...more] = fleetSums(plan, [observation('web', 3), observation('api', 2)])
  expect(more).toEqual([])
  expect(sums).toMatchObject({ cluster: 'prod', namespace: 'shop', workloads: 2, pods: 5 })
  expect(sums?.requested).toEqual({ cpu: 500 * 3 + 700 * 2, memory: 5 * gibibyte })
  expect(sums?.recommended).toEqual({ cpu: 200 * 3 + 700 * 2, memory: 5 * gibibyte })
  expect(sums?.saved).toEqual({ cpu: 500 * 3 + 500 * 2, memory: 0 })
  expect(sums?.used.cpu).toBeGreaterThan(95 * 5)
  expect(sums?.used.cpu).toBeLessThanOrEqual(100 * 5)
  expect(sums?.used.memory).toBeGreaterThan(0.95 * 1e8 * 5)
  expect(sums?.used.memory).toBeLessThan(1.05 * 1e8 * 5)
})

it('a workload without usage is counted, with nothing requested and nothing used', () => {
  const unseen: Plan = { ...plan, followed: [], fleet: [inFleet('web', 3, 500)] }
  const [sums, ...more] = fleetSums(unseen, [observation('web', 3)])
  expect(more).toEqual([])
  expect(sums).toMatchObject({ workloads: 2, pods: 4, requested: { cpu: 1500, memory: 3 * gibibyte } })
  expect(sums?.recommended).toEqual(sums?.requested)
  expect(fleetSums({ ...unseen, fleet: [] }, [])).toEqual([
    {
      ...{ cluster: 'prod', namespace: 'shop', workloads: 2, pods: 2 },
      requested: { cpu: 0, memory: 0 },
      used: { cpu: 0, memory: 0 },
      recommended: { cpu: 0, memory: 0 },
      saved: { cpu: 0, memory: 0 },
    },
  ])
})

it('skipped workloads are counted once for each kind of reason', () => {
  expect(Object.fromEntries(skippedByKind(plan))).toEqual({
    decided_by_reviewer: 1,
    source_failed: 1,
    no_usage: 1,
  })
})

it.each([
  ['ada changed this value on 2026-01-02; it is held for 7 days', 'changed_by_person'],
  ['waits for the budget: 3 workloads at once in a cluster', 'waits_for_budget'],
  ['waits until this value changed in staging and held there', 'waits_for_wave'],
  ['the rendering refutes the edit: x would change', 'refuted'],
  ['changes together with app requests.cpu, which cannot be edited', 'not_editable'],
  ['Init containers are not sized', 'not_sized'],
  ['Its cron triggers were edited by a person, so they are kept', 'changed_by_person'],
  ['A schedule needs 7 days with the number of pods; there are 2.0', 'too_little_history'],
  ['Skipped: HorizontalPodAutoscaler/web has no metrics, so it does not scale (x: y)', 'not_healthy'],
  ['Skipped: the pods of its newest rollout are not ready', 'not_healthy'],
  ['none of its workloads run in the cluster', 'no_usage'],
  ['its cron triggers are in several lists; move them into one', 'not_editable'],
  ['no list of triggers in the files of the source sets them', 'not_editable'],
  ['the source does not render with markers in its triggers', 'not_editable'],
  ['no trigger would be left in the list; remove the list by hand', 'not_editable'],
  ['something new', 'other'],
])('%s: %s', (reason, kind) => {
  expect(skipKindOf(reason)).toBe(kind)
})
