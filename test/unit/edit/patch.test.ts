import { describe, expect, it } from 'vitest'
import type { PatchValue } from '../../../plugin/edit/patch.ts'
import { envItem, patchItem } from '../../../plugin/edit/patch.ts'
import type { PatchSite } from '../../../plugin/model/site.ts'

const site = (more: Partial<PatchSite> = {}): PatchSite => ({
  kind: 'patch',
  file: 'kustomization.yaml',
  line: 1,
  column: 1,
  document: 0,
  path: ['patches', 0],
  target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
  ...more,
})

const target = (kind: string) => ({ ...site().target, kind })

const patch = (where: PatchSite, value: PatchValue): string => patchItem(where, value).join('\n')

const cpu: PatchValue = { container: 'app', field: 'requests.cpu', value: '250m' }

describe('a patch that merges by name', () => {
  it('sets a request', () => {
    expect(patch(site(), cpu)).toBe(`patch: |-
  apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: api
  spec:
    template:
      spec:
        containers:
          - name: app
            resources:
              requests:
                cpu: 250m`)
  })

  it('sets a variable', () => {
    expect(patch(site(), { container: 'app', field: 'env.GOMAXPROCS', value: '"2"' })).toMatch(`
          - name: app
            env:
              - name: GOMAXPROCS
                value: "2"`)
  })

  it('names the containers before its own, in the list where it is', () => {
    const containers = { list: 'initContainers', names: ['wait', 'migrate', 'app', 'after'] }
    expect(patch(site({ containers }), cpu)).toMatch(`
        initContainers:
          - name: wait
          - name: migrate
          - name: app
            resources:`)
    expect(patch(site({ containers }), cpu)).not.toContain('after')
  })

  it('names no other container where its own is first or not listed', () => {
    const containers = { list: 'containers', names: ['app', 'after'] }
    const alone = '\n        containers:\n          - name: app\n'
    expect(patch(site({ containers }), cpu)).toContain(alone)
    expect(patch(site({ containers: { ...containers, names: ['after'] } }), cpu)).toContain(alone)
  })

  it('goes through the job template of a CronJob', () => {
    expect(patch(site({ target: target('CronJob') }), cpu)).toMatch(`
  spec:
    jobTemplate:
      spec:
        template:
          spec:
            containers:
              - name: app`)
  })

  it.each([
    ['HorizontalPodAutoscaler', 'hpa.minReplicas', 'minReplicas'],
    ['HorizontalPodAutoscaler', 'hpa.maxReplicas', 'maxReplicas'],
    ['ScaledObject', 'hpa.minReplicas', 'minReplicaCount'],
    ['ScaledObject', 'hpa.maxReplicas', 'maxReplicaCount'],
  ] as const)('sets a bound of a %s: %s as %s', (kind, field, key) => {
    expect(patch(site({ target: target(kind) }), { field, value: '9' })).toBe(`patch: |-
  apiVersion: apps/v1
  kind: ${kind}
  metadata:
    name: api
  spec:
    ${key}: 9`)
  })
})

describe('a patch by position', () => {
  it('replaces what is there', () => {
    const pointer = { path: ['spec', 'containers', 1, 'cpu'], present: 4 }
    expect(patch(site({ pointer }), cpu)).toBe(`target:
  kind: Deployment
  name: api
patch: |-
  - op: replace
    path: /spec/containers/1/cpu
    value: 250m`)
  })

  it('adds the one key that is missing', () => {
    const pointer = { path: ['spec', 'requests', 'cpu'], present: 2 }
    expect(patch(site({ pointer }), cpu)).toMatch(`
  - op: add
    path: /spec/requests/cpu
    value: 250m`)
  })

  it('adds the first key that is missing with everything below it', () => {
    const pointer = { path: ['spec', 'app', 'resources', 'requests', 'cpu'], present: 2 }
    expect(patch(site({ pointer }), cpu)).toMatch(`
  - op: add
    path: /spec/app/resources
    value:
      requests:
        cpu: 250m`)
    const two = { path: ['spec', 'app', 'cpu'], present: 1 }
    expect(patch(site({ pointer: two }), cpu)).toMatch(`
    path: /spec/app
    value:
      cpu: 250m`)
  })

  it('escapes slashes and tildes in keys', () => {
    const pointer = { path: ['a/b', '~c~/d'], present: 2 }
    expect(patch(site({ pointer }), cpu)).toContain('path: /a~1b/~0c~0~1d\n')
  })

  it('sets a target of an HPA where it is rendered', () => {
    const rendered = ['spec', 'metrics', 0, 'resource', 'target', 'averageUtilization']
    const wanted: PatchValue = { field: 'hpa.target.cpu', value: '70', rendered }
    expect(patch(site({ target: target('HorizontalPodAutoscaler') }), wanted)).toBe(`target:
  kind: HorizontalPodAutoscaler
  name: api
patch: |-
  - op: replace
    path: /spec/metrics/0/resource/target/averageUtilization
    value: 70`)
  })

  it('is not used for a bound of an HPA, nor for a target whose place is not known', () => {
    const rendered = ['spec', 'maxReplicas']
    expect(patch(site(), { field: 'hpa.maxReplicas', value: '9', rendered })).toContain('  kind: Deployment')
    expect(patch(site(), { field: 'hpa.maxReplicas', value: '9', rendered })).not.toContain('op:')
    expect(patch(site(), { field: 'hpa.target.cpu', value: '9' })).not.toContain('op:')
    expect(patch(site(), { ...cpu, rendered })).not.toContain('op:')
  })
})

it('an item of `env` has its name and its value', () => {
  expect(envItem('A', '1')).toEqual(['- name: A', '  value: 1'])
})
