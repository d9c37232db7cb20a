import { expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { fieldsOf } from '../../../plugin/model/manifest.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import { workloadReferences } from '../../../plugin/model/workload-reference.ts'
import { joinReferences } from '../../../plugin/plan/join-references.ts'

const object = (text: string): JsonObject => parse(text) as JsonObject
const rollout = object(
  'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web-pods}}\n',
)
const autoscaler = object(
  'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 2, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}\n',
)
const references = workloadReferences([rollout], 'shop')

const observed = (kind: string, name: string, cluster = 'prod') =>
  ({
    cluster,
    workload: { apiVersion: 'x', kind, namespace: 'shop', name },
    days: 14,
  }) as unknown as Observation
const named = (all: readonly Observation[]) =>
  all.map(({ cluster, workload: { kind, name } }) => `${cluster} ${kind}/${name}`)

it('a Rollout refers to the object with its pod template; other objects refer to none', () => {
  expect(references).toEqual([
    {
      by: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'web' },
      to: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web-pods' },
    },
  ])
  const without = object('apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {}\n')
  expect(workloadReferences([without, autoscaler, { ...rollout, apiVersion: 'x/v1' }], 'shop')).toEqual([])
})

it('the autoscaler of a Rollout is that of the object that it refers to', () => {
  expect(fieldsOf([rollout, autoscaler], 'shop').map(({ workload }) => workload.name)).toEqual(['web-pods'])
  expect(fieldsOf([autoscaler], 'shop').map(({ workload }) => workload.name)).toEqual(['web'])
})

it('the usage of a Rollout counts for the object that it refers to, in its own cluster', () => {
  const all = [
    observed('Deployment', 'web-pods'),
    observed('Rollout', 'web'),
    observed('Rollout', 'web', 'test'),
    observed('Deployment', 'api'),
  ]
  const source = { kind: 'plain', id: 'x', path: 'x', cluster: 'prod' }
  expect(named(joinReferences(all, [{ source, references }]))).toEqual([
    'prod Deployment/web-pods',
    'test Rollout/web',
    'prod Deployment/api',
  ])
  expect(joinReferences(all, [{ source, references }])[0]).toMatchObject({ days: 14 })
  expect(joinReferences(all, [{ source, references: [] }])).toBe(all)
})
