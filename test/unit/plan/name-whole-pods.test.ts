import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { type Observation, wholePod } from '../../../plugin/model/observation.ts'
import { nameWholePods } from '../../../plugin/plan/name-whole-pods.ts'

const deployment = (...containers: readonly string[]) =>
  parse(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {initContainers: [{name: setup}], containers: [${containers.map((name) => `{name: ${name}, resources: {requests: {cpu: 1}}}`).join(', ')}]}}}\n`,
  ) as JsonObject

const declared = (...containers: readonly string[]) => [
  {
    source: { kind: 'plain', id: 'x', path: 'x', cluster: 'prod' },
    workloads: declaredWorkloads([deployment(...containers)], 'shop'),
  },
]

const usage = { sketch: [[1, 5]], peak: 20, samples: 5 } as const
const observed: Observation = {
  cluster: 'prod',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
  days: 14,
  coverage: 1,
  containers: [
    { container: wholePod, oomKills: 0, cpu: usage },
    { container: 'web', oomKills: 2, oomTimes: [5, 6] },
  ],
}

it('usage of whole pods is that of the only container, with the kills recorded under its name', () => {
  expect(nameWholePods([observed], declared('web'))[0]?.containers).toEqual([
    { container: 'web', oomKills: 2, oomTimes: [5, 6], cpu: usage },
  ])
})

it('usage of whole pods belongs to no container where several run in a pod, or in another cluster', () => {
  expect(nameWholePods([observed], declared('web', 'proxy'))).toEqual([observed])
  const other = { ...observed, cluster: 'staging' }
  expect(nameWholePods([other], declared('web'))).toEqual([other])
})
