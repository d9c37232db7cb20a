import { describe, expect, it } from 'vitest'
import { containerPlace, pointerTo } from '../../../../plugin/trace/override/patch.ts'
import type { World } from '../builders.ts'
import { deployment, fileSource, objectsIn, releasesOf, siteText, stackSource, world } from '../builders.ts'
import { overrideIn } from './requests.ts'

const sized = 'resources: {requests: {cpu: 100m}}'
const base = {
  'base/stack.yaml': 'resources: [web.yaml]\n',
  'base/web.yaml': deployment('web', sized),
}
const override = (made: World, path = 'prod', asked: Parameters<typeof overrideIn>[2] = {}) =>
  overrideIn(made, stackSource(path), asked)

const cpuPath = ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu']

describe('an override of a stack', () => {
  it('is the source line itself in the top layer, where it sets nothing else', async () => {
    expect(siteText(await override(world(base), 'base', { alone: true }))).toBe(
      `scalar base/web.yaml:11 ${cpuPath.join('.')}`,
    )
  })

  it('is a new patch at the end of the list', async () => {
    const files = { ...base, 'prod/stack.yaml': 'resources: [../base]\npatches:\n- patch: "{}"\n' }
    const made = world({ ...files, 'prod/stack.yaml': 'resources: [../base]\npatches: []\n' })
    expect(await override(made)).toEqual({
      kind: 'patch',
      file: 'prod/stack.yaml',
      line: 2,
      column: 10,
      document: 0,
      path: ['patches', 0],
      target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
      containers: { list: 'containers', names: ['app'] },
    })
  })

  it('is a new patch after those that are there', async () => {
    const patch = (name: string) =>
      `- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: ${name}}\n`
    const files = {
      'base/stack.yaml': 'resources: [web.yaml, api.yaml]\n',
      'base/web.yaml': deployment('web', sized),
      'base/api.yaml': deployment('api', 'env: []'),
      'prod/stack.yaml': `resources: [../base]\npatches:\n${patch('api')}${patch('api')}`,
    }
    expect(siteText(await override(world(files)))).toBe('patch prod/stack.yaml:3 patches.2')
  })

  it('is in a patch that is there for the same object and container', async () => {
    const files = {
      ...base,
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: api.yaml}, {path: web.yaml}]\n',
      'base/stack.yaml': 'resources: [web.yaml, api.yaml]\n',
      'base/api.yaml': deployment('api', 'env: []'),
      'prod/api.yaml': deployment('api', 'env: []'),
      'prod/web.yaml': deployment('web', 'env: []\nresources: {limits: {memory: 1Gi}}'),
    }
    expect(siteText(await override(world(files)))).toBe(`insert prod/web.yaml:12 ${cpuPath.join('.')}`)
  })

  it('is not in a patch of an object of another kind, nor of another container', async () => {
    const files = {
      ...base,
      'base/stack.yaml': 'resources: [web.yaml, set.yaml]\n',
      'base/set.yaml': deployment('web', 'env: []').replace('Deployment', 'StatefulSet'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: set.yaml}, {path: other.yaml}]\n',
      'prod/set.yaml': deployment('web', 'env: []').replace('Deployment', 'StatefulSet'),
      'prod/other.yaml': deployment('web', 'env: []').replace('name: app', 'name: proxy'),
    }
    expect(siteText(await override(world(files), 'prod', { field: 'web app requests.cpu' }))).toBe(
      'patch prod/stack.yaml:2 patches.2',
    )
  })

  it('is a new patch where the patch that is there has the key already', async () => {
    // The value of the first patch loses against that of the layer above it, which takes a patch of its own.
    const files = {
      ...base,
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': deployment('web', 'resources: {requests: {cpu: 200m}}'),
    }
    expect(siteText(await override(world(files)))).toBe('patch prod/stack.yaml:2 patches.1')
  })

  it('names its object as the manifest does, without the prefixes of the layers', async () => {
    const files = { ...base, 'prod/stack.yaml': 'prefix: my-\nresources: [../base]\n' }
    expect(await override(world(files))).toMatchObject({ kind: 'patch', target: { name: 'web' } })
    const patched = {
      ...base,
      'base/stack.yaml': 'resources: [web.yaml]\npatches: [{path: patch.yaml}]\n',
      'base/patch.yaml': deployment('web', 'resources: {requests: {cpu: 200m}}'),
      'prod/stack.yaml': 'prefix: my-\nresources: [../base]\n',
    }
    expect(await override(world(patched))).toMatchObject({ kind: 'patch', target: { name: 'web' } })
  })

  it('names the autoscaler for its bounds, and its place for a target', async () => {
    const hpa = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-hpa}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  maxReplicas: 9
  metrics:
    - {type: Resource, resource: {name: cpu, target: {averageUtilization: 70}}}
`
    const made = world({
      'base/stack.yaml': 'resources: [hpa.yaml]\n',
      'base/hpa.yaml': hpa,
      'prod/stack.yaml': 'prefix: my-\nresources: [../base]\n',
    })
    const target = { kind: 'HorizontalPodAutoscaler', name: 'web-hpa' }
    const bound = await override(made, 'prod', { field: 'web hpa.maxReplicas' })
    expect(bound).toMatchObject({ kind: 'patch', target })
    expect(bound).not.toHaveProperty('pointer')
    expect(await override(made, 'prod', { field: 'web hpa.target.cpu' })).toMatchObject({
      kind: 'patch',
      target,
      pointer: { path: ['spec', 'metrics', 0, 'resource', 'target', 'averageUtilization'], present: 6 },
    })
  })

  it('points to the target of a single container', async () => {
    const hpa = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  metrics:
    - {type: ContainerResource, containerResource: {name: cpu, container: app, target: {averageUtilization: 70}}}
`
    const made = world({
      'base/stack.yaml': 'resources: [web.yaml, hpa.yaml]\n',
      'base/web.yaml': deployment('web', 'env: []'),
      'base/hpa.yaml': hpa,
      'prod/stack.yaml': 'resources: [../base]\n',
    })
    const place = await override(made, 'prod', { field: 'web app hpa.target.cpu' })
    expect(place).toMatchObject({
      target: { kind: 'HorizontalPodAutoscaler' },
      pointer: { path: ['spec', 'metrics', 0, 'containerResource', 'target', 'averageUtilization'] },
    })
    expect(place).not.toHaveProperty('containers')
  })

  it('is in a manifest of the autoscaler that the top layer has', async () => {
    const hpa = (spec: string) => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-hpa}
spec: {scaleTargetRef: {kind: Deployment, name: web}${spec}}
`
    const made = world({
      'base/stack.yaml': 'resources: [hpa.yaml]\n',
      'base/hpa.yaml': hpa(', maxReplicas: 9'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: hpa.yaml}]\n',
      'prod/hpa.yaml': hpa(''),
    })
    expect(siteText(await override(made))).toBe('insert prod/hpa.yaml:4 spec.maxReplicas')
  })

  it('is none where the top layer cannot be edited', async () => {
    const files = { ...base, 'prod/stack.yaml': 'resources: [../base]\nsops: {mac: x}\n' }
    expect(await override(world(files))).toBeNull()
  })

  it('is none where the kind of the source has no patches', async () => {
    const made = world({ ...base, 'prod/stack.yaml': 'resources: [../base]\n' })
    const renderer = {
      ...made.renderer,
      kindOf: (...[source]: Parameters<World['renderer']['kindOf']>) => ({
        ...made.renderer.kindOf(source),
        overrides: ['values' as const],
      }),
    }
    expect(await override({ ...made, renderer })).toBeNull()
  })

  it('is none for a file alone', async () => {
    expect(await overrideIn(world(base), fileSource('base/web.yaml'))).toBe(null)
  })
})

describe('an override of a stack that is deployed by an object', () => {
  const cluster = {
    ...base,
    'cluster/stack.yaml': 'resources: [d.yaml]\n',
    'cluster/d.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: d}\nspec:\n  stack: prod\n',
    'prod/stack.yaml': 'resources: [../base]\n',
  }
  const ofRelease = async (
    files: Readonly<Record<string, string>>,
    readers: Readonly<Record<string, readonly string[]>> = {},
  ) => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('cluster'))
    return siteText(release ? await overrideIn(made, release, { readers }) : null)
  }

  it('is in the stack where that is deployed once', async () => {
    expect(await ofRelease(cluster)).toBe('patch prod/stack.yaml:1 patches.0')
    const readers = { 'prod/stack.yaml': ['Deploy d in cluster', 'cluster'] }
    expect(await ofRelease(cluster, readers)).toBe('patch prod/stack.yaml:1 patches.0')
  })

  it('is in the patches of the object where others deploy the stack too', async () => {
    const readers = { 'prod/stack.yaml': ['Deploy d in cluster', 'another'] }
    expect(await ofRelease(cluster, readers)).toBe('patch cluster/d.yaml:5 spec.patches.0')
  })

  it('is in the patches of the object where the stack cannot be edited', async () => {
    const files = { ...cluster, 'prod/stack.yaml': 'resources: [../base]\nsops: {mac: x}\n' }
    expect(await ofRelease(files)).toBe('patch cluster/d.yaml:5 spec.patches.0')
  })

  it('is in the most specific layer of the object', async () => {
    const files = {
      ...cluster,
      'top/stack.yaml': 'resources: [../cluster]\npatches: [{path: d.yaml}]\n',
      'top/d.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: d}\nspec: {stack: prod}\n',
    }
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('top'))
    const readers = { 'prod/stack.yaml': ['another'] }
    expect(siteText(release ? await overrideIn(made, release, { readers }) : null)).toBe(
      'patch top/d.yaml:4 spec.patches.0',
    )
  })
})

describe('the place of a container in a rendering', () => {
  const pod = (kind: string, apiVersion: string, spec: string) =>
    objectsIn(`apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: web}
spec: ${spec}
`)
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
  const template =
    '{template: {spec: {containers: [{name: a}, {name: b}], initContainers: [{name: c}, {name: d}]}}}'

  it('is its list with the names in it', () => {
    const objects = pod('Deployment', 'apps/v1', template)
    const place = (container: string) =>
      containerPlace(objects, { workload, container, field: 'requests.cpu' })
    expect(place('b')).toEqual({ containers: { list: 'containers', names: ['a', 'b'] } })
    expect(place('c')).toEqual({ containers: { list: 'initContainers', names: ['c', 'd'] } })
    expect(place('x')).toEqual({})
  })

  it('is nowhere for another workload', () => {
    const objects = pod('Deployment', 'apps/v1', template)
    const other = { ...workload, name: 'api' }
    expect(containerPlace(objects, { workload: other, container: 'a', field: 'requests.cpu' })).toEqual({})
  })

  it('is its path in a custom resource, with how much of it is there', () => {
    const objects = pod('Cluster', 'db.example.com/v1', '{nodes: {resources: {requests: {cpu: 1}}}}')
    const custom = { apiVersion: 'db.example.com/v1', kind: 'Cluster', namespace: 'default', name: 'web' }
    const place = (field: 'requests.cpu' | 'limits.memory' | 'env.GOMAXPROCS') =>
      containerPlace(objects, { workload: custom, container: 'spec.nodes', field })
    expect(place('requests.cpu')).toEqual({
      pointer: { path: ['spec', 'nodes', 'resources', 'requests', 'cpu'], present: 5 },
    })
    expect(place('limits.memory')).toEqual({
      pointer: { path: ['spec', 'nodes', 'resources', 'limits', 'memory'], present: 3 },
    })
    expect(place('env.GOMAXPROCS')).toEqual({})
  })

  it('counts the steps of a path that exist', () => {
    const object = { a: [{ b: 'c' }] }
    expect(pointerTo(object, ['a', 0, 'b'])).toEqual({ path: ['a', 0, 'b'], present: 3 })
    expect(pointerTo(object, ['a', 1, 'b'])).toEqual({ path: ['a', 1, 'b'], present: 1 })
    expect(pointerTo(object, ['x'])).toEqual({ path: ['x'], present: 0 })
    expect(pointerTo(undefined, ['x'])).toEqual({ path: ['x'], present: 0 })
  })
})
