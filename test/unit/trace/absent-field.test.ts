import { describe, expect, it } from 'vitest'
import type { Field } from '../../../plugin/model/field.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { traceAbsent } from '../../../plugin/trace/absent-field.ts'
import type { World } from './builders.ts'
import { chartSource, deployment, releasesOf, siteText, stackSource, traceIn, world } from './builders.ts'

interface Asked {
  readonly field?: Field
  readonly container?: string | undefined
  readonly name?: string
  /** Ids of other sources that read each file. */
  readonly readers?: ReadonlyMap<string, readonly Source[]>
}

async function ask(
  made: World,
  source: Source,
  { field = 'limits.memory', name = 'web', readers = new Map(), ...rest }: Asked = {},
) {
  const container = 'container' in rest ? rest.container : 'app'
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name }
  const address = { workload, field, ...(container === undefined ? {} : { container }) }
  const trace = await traceAbsent(address, await traceIn(made, source), { ...made, readers })
  expect(trace).toMatchObject({ source: source.id, ...address, value: '', site: null, sharedWith: [] })
  expect(trace.reach).toEqual({ sources: [source.id], containers: 1 })
  expect(trace.chosen).toBe(trace.override === null ? null : 'override')
  return { override: siteText(trace.override), reason: trace.reason ?? '', trace }
}

const stackFiles = (container: string) => ({
  'base/stack.yaml': 'resources: [web.yaml]\n',
  'base/web.yaml': deployment('web', container),
  'prod/stack.yaml': 'resources: [../base]\n',
})
const sized = 'resources: {requests: {cpu: 100m}}'

describe('a field that is not set', () => {
  it('goes into a manifest of the top layer', async () => {
    const { override, reason } = await ask(world(stackFiles(sized)), stackSource('base'))
    expect(override).toBe('insert base/web.yaml:11 spec.template.spec.containers.0.resources.limits.memory')
    expect(reason).toMatch(/not set/)
  })

  it('goes into a patch of the top layer, by the name that its object has in the manifest', async () => {
    const files = {
      ...stackFiles(sized),
      'prod/stack.yaml': 'prefix: my-\nresources: [../base]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': deployment('web', sized),
    }
    expect((await ask(world(files), stackSource('prod'), { name: 'my-web' })).override).toBe(
      'insert prod/web.yaml:11 spec.template.spec.containers.0.resources.limits.memory',
    )
  })

  it('goes into a new patch for the object by its name in the manifest, beside its containers', async () => {
    const files = { ...stackFiles(sized), 'prod/stack.yaml': 'prefix: my-\nresources: [../base]\n' }
    const { override, trace } = await ask(world(files), stackSource('prod'), { name: 'my-web' })
    expect(override).toBe('patch prod/stack.yaml:2 patches.0')
    expect(trace.override).toMatchObject({
      target: { kind: 'Deployment', name: 'web' },
      containers: { list: 'containers', names: ['app'] },
    })
  })

  it('goes into a new patch for a variable too', async () => {
    const files = stackFiles('env: [{name: A, value: b}]')
    expect((await ask(world(files), stackSource('prod'), { field: 'env.GOMAXPROCS' })).override).toBe(
      'patch prod/stack.yaml:1 patches.0',
    )
  })

  it.each<[string, Asked, RegExp]>([
    ['the workload', { name: 'api' }, /container/],
    ['the container', { container: 'proxy' }, /container/],
    ['the container, none named', { container: undefined }, /container/],
    ['the autoscaler', { field: 'hpa.maxReplicas', container: undefined }, /autoscaler/],
    ['the autoscaler, with a container', { field: 'hpa.target.cpu' }, /autoscaler/],
  ])('has no place where the source does not render %s', async (_name, asked, why) => {
    const { override, reason } = await ask(world(stackFiles(sized)), stackSource('prod'), asked)
    expect(override).toBeNull()
    expect(reason).toMatch(why)
  })
})

describe('a variable that refers to something', () => {
  const from = async (valueFrom: string, field: Field = 'env.GOMEMLIMIT') => {
    const env = `env:\n  - name: ${field.slice(4)}\n    valueFrom: ${valueFrom}`
    const { override, reason } = await ask(world(stackFiles(env)), stackSource('prod'), { field })
    expect(override).toBeNull()
    return reason
  }

  it.each<[string, RegExp]>([
    ['{resourceFieldRef: {resource: limits.memory}}', /^GOMEMLIMIT .*limits\.memory .*\bapp\b/],
    [
      '{resourceFieldRef: {resource: limits.memory, containerName: proxy}}',
      /^GOMEMLIMIT .*limits\.memory .*\bproxy\b/,
    ],
    ['{configMapKeyRef: {name: settings, key: limit}}', /^GOMEMLIMIT .*limit .*ConfigMap settings/],
    ['{secretKeyRef: {name: hidden, key: limit}}', /^GOMEMLIMIT .*limit .*Secret hidden/],
    ['{fieldRef: {fieldPath: x}}', /^GOMEMLIMIT .*valueFrom/],
    ['{}', /^GOMEMLIMIT .*valueFrom/],
  ])('%s is set there', async (reference, why) => {
    expect(await from(reference)).toMatch(why)
  })

  it('is another than the one asked for', async () => {
    const env = 'env:\n  - name: GOMEMLIMIT\n    valueFrom: {fieldRef: {fieldPath: x}}'
    const { override } = await ask(world(stackFiles(env)), stackSource('prod'), { field: 'env.GOMAXPROCS' })
    expect(override).toBe('patch prod/stack.yaml:1 patches.0')
  })
})

describe('a field of a chart that is not set', () => {
  const limits = "<% values.resources?.limits?.memory ? 'memory: ' + values.resources.limits.memory : '' %>"
  const files = (values: string, template = `resources:\n  limits:\n    ${limits}`) => ({
    'web/chart.yaml': '{}',
    'web/values.yaml': values,
    'web/template.yaml': deployment('web', `env: []\n${template}`),
  })

  it('goes to the key of values that sets it, found by trial values', async () => {
    const made = world(files('other: {resources: {}}\nresources: {}\n'))
    expect((await ask(made, chartSource('web'))).override).toBe(
      'insert web/values.yaml:2 resources.limits.memory',
    )
  })

  it.each<[string, string, string | null]>([
    ['is there without a value', 'resources:\n', 'insert web/values.yaml:1 resources.limits.memory'],
    ['is null', 'resources: null\n', 'insert web/values.yaml:1 resources.limits.memory'],
    [
      'holds something',
      'resources: {requests: {cpu: 1}}\n',
      'insert web/values.yaml:1 resources.limits.memory',
    ],
    ['is a text', 'resources: none\n', null],
    ['is a list', 'resources: []\n', null],
    ['is only the beginning of a key', 'resourcesOf: {}\n', null],
  ])('goes to a mapping of resources that %s', async (_name, values, place) => {
    const read =
      "<% typeof values.resources?.limits?.memory === 'string' ? 'memory: ' + values.resources.limits.memory : '' %>"
    const made = world(files(values, `resources:\n  limits:\n    ${read}`))
    expect((await ask(made, chartSource('web'))).override).toBe(place)
  })

  it('goes below the mapping with a name that ends in resources, wherever that is', async () => {
    const read =
      "<% values.a?.b?.webResources?.limits?.memory ? 'memory: ' + values.a.b.webResources.limits.memory : '' %>"
    const values = 'resources: {}\na:\n  b:\n    webResources: {}\n    other: {resources: {}}\n'
    const made = world(files(values, `resources:\n  limits:\n    ${read}`))
    expect((await ask(made, chartSource('web'))).override).toBe(
      'insert web/values.yaml:4 a.b.webResources.limits.memory',
    )
  })

  it('is found in values files of the source too, and below the name of a subchart', async () => {
    const own = {
      'web/chart.yaml': 'charts: [{path: low, as: [low]}]\n',
      'web/values.yaml': '{}',
      'web/template.yaml': '',
      'web/low/chart.yaml': '{}',
      'web/low/values.yaml': 'resources: {}\n',
      'web/low/template.yaml': deployment('web', `env: []\nresources:\n  limits:\n    ${limits}`),
    }
    expect((await ask(world(own), chartSource('web'))).override).toBe(
      'insert web/values.yaml:1 low.resources.limits.memory',
    )
    const named = { ...files('a: 1\n'), 'prod.yaml': 'x: 1\nresources: {}\n' }
    expect((await ask(world(named), chartSource('web', { values: ['prod.yaml'] }))).override).toBe(
      'insert prod.yaml:2 resources.limits.memory',
    )
  })

  it.each(['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const)(
    'is tried for %s',
    async (field) => {
      const [list, key] = field.split('.')
      const read = `<% values.resources?.${list}?.${key} ? '${key}: ' + values.resources.${list}.${key} : '' %>`
      const made = world(files('resources: {}\n', `resources:\n  ${list}:\n    ${read}`))
      expect((await ask(made, chartSource('web'), { field })).override).toBe(
        `insert web/values.yaml:1 resources.${field}`,
      )
    },
  )

  it('goes into the last values file', async () => {
    const made = world({
      ...files('resources: {}\n'),
      'a.yaml': 'b: 1\n',
      'prod.yaml': 'resources:\n  requests: {cpu: 1}\n',
    })
    expect((await ask(made, chartSource('web', { values: ['a.yaml', 'prod.yaml'] }))).override).toBe(
      'insert prod.yaml:2 resources.limits.memory',
    )
  })

  it('has no place where no key of values sets it', async () => {
    const { override, reason } = await ask(world(files('resources: {}\n', 'env: []')), chartSource('web'))
    expect(override).toBeNull()
    expect(reason).toMatch(/resources.*default\/Deployment\/web\/app\/limits\.memory/)
  })

  it('has no place where the values have no `resources`', async () => {
    const { override } = await ask(world(files('a: 1\n')), chartSource('web'))
    expect(override).toBeNull()
  })

  it('has no place for a variable, which is not tried', async () => {
    const made = world(files('resources: {}\n'))
    const { override } = await ask(made, chartSource('web'), { field: 'env.GOMAXPROCS' })
    expect(override).toBeNull()
    expect(made.calls.filter(({ marked }) => marked)).toEqual([])
  })

  it('has no place in a file that cannot be edited safely, which is named', async () => {
    const { override, reason } = await ask(
      world(files('resources: {}\nsops: {mac: x}\n')),
      chartSource('web'),
    )
    expect(override).toBeNull()
    expect(reason).toMatch(/web\/values\.yaml:1:1: /)
  })
})

describe('a field of a release that is not set', () => {
  const declared = (spec: string) => `apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec:\n${spec}`
  const cluster = (spec: string) => ({
    'cluster/stack.yaml': 'resources: [web.yaml]\n',
    'cluster/web.yaml': declared(spec),
  })
  const askRelease = async (files: Readonly<Record<string, string>>, asked: Asked = {}) => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('cluster'))
    return ask(made, release ?? stackSource('cluster'), asked)
  }

  it('goes to the values in its object', async () => {
    const files = {
      ...cluster('  chart: web\n  values:\n    a: 1\n'),
      'web/chart.yaml': '{}',
      'web/values.yaml': 'resources: {}\n',
      'web/template.yaml': deployment(
        'web',
        "resources:\n  limits: {<% values.resources?.limits ? 'memory: ' + values.resources.limits.memory : '' %>}",
      ),
    }
    expect((await askRelease(files)).override).toBe(
      'insert cluster/web.yaml:7 spec.values.resources.limits.memory',
    )
  })

  it('goes to the manifest where it is deployed once, else to the patches in its object', async () => {
    const files = { ...cluster('  stack: base\n'), ...stackFiles(sized) }
    expect((await askRelease(files)).override).toMatch(/^insert base\/web\.yaml/)
    const readers = new Map([['base/web.yaml', [stackSource('another')]]])
    expect((await askRelease(files, { readers })).override).toBe('patch cluster/web.yaml:5 spec.patches.0')
  })
})

describe('a source without a place for overrides', () => {
  it('says so', async () => {
    const made = world(stackFiles(sized))
    const renderer = {
      ...made.renderer,
      kindOf: (source: Source) => ({ ...made.renderer.kindOf(source), overrides: [] }),
    }
    const { override, reason } = await ask({ ...made, renderer }, stackSource('prod'))
    expect(override).toBeNull()
    expect(reason).toMatch(/no place/)
  })

  it('names the file that cannot be edited', async () => {
    const files = { 'prod/stack.yaml': 'resources: [web.yaml]\n', 'prod/web.yaml': deployment('web', sized) }
    const made = world({ ...files, 'prod/stack.yaml': 'resources: [web.yaml]\nsops: {mac: x}\n' })
    const renderer = {
      ...made.renderer,
      kindOf: (source: Source) => ({ ...made.renderer.kindOf(source), overrides: [] }),
    }
    expect((await ask({ ...made, renderer }, stackSource('prod'))).reason).toMatch(/prod\/stack\.yaml:1/)
  })
})
