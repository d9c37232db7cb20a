import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../../plugin/deliver/record/file-diff.ts'
import { provedChanges } from '../../../../plugin/deliver/record/proved-changes.ts'
import type { TrailedChange } from '../../../../plugin/deliver/record/trailers.ts'
import { isNameOf } from '../../../../plugin/model/past-edit.ts'

const deployment = (name: string, cpu: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: x
          resources:
            requests:
              cpu: ${cpu}
              memory: 200Mi
            limits:
              cpu: 900m
${more}`

const claim = (from: string, to: string, parts: { key?: string; file?: string } = {}): TrailedChange => ({
  key: 'shop/Deployment/api app requests.cpu',
  from,
  to,
  rules: [],
  file: 'a.yaml',
  ...parts,
})

interface Case {
  readonly before: string | undefined
  readonly after: string
  readonly claims?: readonly TrailedChange[]
  readonly file?: string
}

const half = claim('500m', '250m')
const proved = ({ before, after, claims = [half], file = 'a.yaml' }: Case) =>
  provedChanges(
    claims,
    { file, before: before === undefined ? undefined : factsOf(before), after: factsOf(after) },
    { left: 1000 },
  )

const api = deployment('api', '500m')
const inPatch = (patch: string) => `resources: [../base]\npatches:\n${patch}`
const patchOf = (name: string, cpu: string, target = '') =>
  inPatch(`  - ${target}patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: ${name}
      spec:
        template:
          spec:
            containers:
              - name: app
                resources:
                  requests:
                    cpu: ${cpu}
`)
const jsonPatch = (kind: string, path: string, value: string) =>
  inPatch(`  - target:
      kind: ${kind}
      name: api
    patch: |-
      - op: replace
        path: ${path}
        value: ${value}
`)
const hpa = (min: number, target: number, name = 'api') => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: any}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
  minReplicas: ${min}
  maxReplicas: 9
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: ${target}}}
`
const onHpa = (field: string, from: string, to: string) =>
  claim(from, to, { key: `shop/Deployment/api - hpa.${field}` })

describe('a change that a commit message names counts when the diff makes it', () => {
  it.each<readonly [string, Case]>([
    ['in a manifest', { before: api, after: deployment('api', '250m') }],
    ['in other notation', { before: deployment('api', '"0.5"'), after: deployment('api', '0.25') }],
    [
      'in one of several documents, which changed places',
      {
        before: `${deployment('web', '500m')}---\n${api}`,
        after: `${deployment('api', '250m')}---\n${deployment('web', '500m')}`,
      },
    ],
    ['in a patch in a kustomization', { before: patchOf('api', '500m'), after: patchOf('api', '250m') }],
    [
      'by a JSON patch',
      {
        before: jsonPatch('Deployment', '/spec/template/spec/containers/0/resources/requests/cpu', '500m'),
        after: jsonPatch('Deployment', '/spec/template/spec/containers/0/resources/requests/cpu', '250m'),
      },
    ],
    [
      'in values of a chart',
      {
        before: 'web: {resources: {requests: {cpu: 500m}}}\n',
        after: 'web: {resources: {requests: {cpu: 250m}}}\n',
      },
    ],
    [
      'in values whose unit a template adds',
      {
        before: 'memory: 512\n',
        after: 'memory: 400\n',
        claims: [claim('512Mi', '400Mi', { key: 'shop/Deployment/api app requests.memory' })],
      },
    ],
    [
      'in the values of a HelmRelease',
      {
        before:
          'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: api}\nspec: {values: {cpu: 500m}}\n',
        after:
          'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: api}\nspec: {values: {cpu: 250m}}\n',
      },
    ],
    [
      'in a parameter of an Application',
      {
        before: 'parameters: [{name: resources.requests.cpu, value: 500m}]\n',
        after: 'parameters: [{name: resources.requests.cpu, value: 250m}]\n',
      },
    ],
    [
      'by the anchor that the field refers to',
      {
        before: deployment('api', '*cpu').replace('image: x', 'image: x\n          note: &cpu 500m'),
        after: deployment('api', '*cpu').replace('image: x', 'image: x\n          note: &cpu 250m'),
      },
    ],
    [
      'by a value that was added with the other sizes of its preset',
      {
        before: 'web: {preset: small}\n',
        after:
          'web:\n  preset: small\n  resources:\n    requests: {cpu: 250m, memory: 64Mi}\n    limits: {memory: 64Mi}\n',
      },
    ],
    ['by a new patch', { before: 'resources: [../base]\n', after: patchOf('api', '250m') }],
    [
      'by a value that was added to a patch',
      {
        before: patchOf('api', '500m').replace(
          / *requests:\n *cpu: 500m\n/,
          '                  limits:\n                    cpu: 1\n',
        ),
        after: patchOf('api', '250m').replace(
          /( *)requests:/,
          '$1limits:\n                    cpu: 1\n$1requests:',
        ),
      },
    ],
    [
      'in a new file of recommendations',
      {
        file: 'prod/.tortoise/shop.deployment.api.json',
        before: undefined,
        after: JSON.stringify({
          version: 1,
          workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
          values: [{ container: 'app', field: 'requests.cpu', value: '250m' }],
        }),
      },
    ],
    ['in an HPA', { before: hpa(2, 80), after: hpa(3, 80), claims: [onHpa('minReplicas', '2', '3')] }],
    [
      'in a target of an HPA',
      { before: hpa(2, 80), after: hpa(2, 70), claims: [onHpa('target.cpu', '80', '70')] },
    ],
    [
      'in a bound in values',
      {
        before: 'autoscaling: {minReplicas: 2}\n',
        after: 'autoscaling: {minReplicas: 3}\n',
        claims: [onHpa('minReplicas', '2', '3')],
      },
    ],
    [
      'in the one of two namespaces that it names',
      {
        before: ['shop', 'other']
          .map((one) => api.replace('name: api', `name: api\n  namespace: ${one}`))
          .join('---\n'),
        after: [
          deployment('api', '250m').replace('name: api', 'name: api\n  namespace: shop'),
          api.replace('name: api', 'name: api\n  namespace: other'),
        ].join('---\n'),
      },
    ],
  ])('%s', (_name, one) => {
    expect(proved(one)).toHaveLength(1)
  })
})

describe('forged trailer:', () => {
  it.each<readonly [string, Case]>([
    ['nothing changed', { before: api, after: api }],
    [
      'a value was added with sizes of another block',
      {
        before: 'web: {preset: small}\n',
        after:
          'web:\n  preset: small\n  resources: {requests: {cpu: 250m}}\n  proxy: {requests: {memory: 64Mi}}\n',
      },
    ],
    ['a comment changed', { before: `${api}# 500m\n`, after: `${api}# 250m\n` }],
    [
      'another container changed',
      {
        before: deployment(
          'api',
          '500m',
          '        - name: proxy\n          resources: {requests: {cpu: 500m}}\n',
        ),
        after: deployment(
          'api',
          '500m',
          '        - name: proxy\n          resources: {requests: {cpu: 250m}}\n',
        ),
      },
    ],
    [
      'a limit changed',
      {
        before: api.replace('900m', '500m'),
        after: api.replace('900m', '250m'),
      },
    ],
    [
      'an annotation changed',
      {
        before: api.replace('  name: api', '  name: api\n  annotations: {cpu: 500m}'),
        after: api.replace('  name: api', '  name: api\n  annotations: {cpu: 250m}'),
      },
    ],
    [
      'an argument changed',
      {
        before: api.replace('image: x', 'image: x\n          args: [500m]'),
        after: api.replace('image: x', 'image: x\n          args: [250m]'),
      },
    ],
    [
      'another kind changed',
      {
        before: `${api}---\n${deployment('api', '500m').replace('kind: Deployment', 'kind: StatefulSet')}`,
        after: `${api}---\n${deployment('api', '250m').replace('kind: Deployment', 'kind: StatefulSet')}`,
      },
    ],
    [
      'another workload of the file changed',
      {
        before: `${api}---\n${deployment('web', '500m')}`,
        after: `${api}---\n${deployment('web', '250m')}`,
      },
    ],
    [
      'the same workload of another namespace changed',
      {
        before: ['shop', 'other']
          .map((one) => api.replace('name: api', `name: api\n  namespace: ${one}`))
          .join('---\n'),
        after: [
          api.replace('name: api', 'name: api\n  namespace: shop'),
          deployment('api', '250m').replace('name: api', 'name: api\n  namespace: other'),
        ].join('---\n'),
      },
    ],
    ['from another value', { before: deployment('api', '400m'), after: deployment('api', '250m') }],
    ['to another value', { before: api, after: deployment('api', '300m') }],
    ['the other way round', { before: deployment('api', '250m'), after: api }],
    [
      'from a value to the same in other notation',
      {
        before: api,
        after: `${api}# x\n`,
        claims: [claim('500m', '0.5')],
      },
    ],
    ['the file is new', { before: undefined, after: deployment('api', '250m') }],
    [
      'the manifest came from another file',
      {
        before: deployment('web', '100m'),
        after: `${deployment('web', '100m')}---\n${deployment('api', '250m')}`,
      },
    ],
    [
      'a patch came with other settings',
      {
        before: 'resources: [../base]\n',
        after: `${patchOf('api', '250m')}nameSuffix: -x\n`,
      },
    ],
    [
      'documents changed places',
      {
        before: `${api}---\n${deployment('web', '250m')}`,
        after: `${deployment('web', '250m')}---\n${api}`,
      },
    ],
    [
      'containers changed places',
      {
        before: deployment(
          'api',
          '500m',
          '        - name: proxy\n          resources: {requests: {cpu: 250m}}\n',
        ),
        after: deployment(
          'api',
          '250m',
          '        - name: proxy\n          resources: {requests: {cpu: 500m}}\n',
        )
          .replace('name: app', 'name: tmp')
          .replace('name: proxy', 'name: app')
          .replace('name: tmp', 'name: proxy'),
      },
    ],
    [
      'items of values changed places',
      {
        before: 'apps:\n  - {name: api, cpu: 500m}\n  - {name: web, cpu: 250m}\n',
        after: 'apps:\n  - {name: web, cpu: 250m}\n  - {name: api, cpu: 500m}\n',
      },
    ],
    [
      'a memory value of the same size changed',
      {
        before: 'memory: 500m\ncpu: 500m\n',
        after: 'memory: 250m\ncpu: 500m\n',
      },
    ],
    [
      'a limit in values changed',
      {
        before: 'resources: {limits: {cpu: 500m}}\n',
        after: 'resources: {limits: {cpu: 250m}}\n',
      },
    ],
    ['a setting that names no resource changed', { before: 'timeout: 500m\n', after: 'timeout: 250m\n' }],
    [
      'the text of a ConfigMap in a manifest file changed',
      {
        before: `${api}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {cpu: 500m}}\n`,
        after: `${api}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {cpu: 250m}}\n`,
      },
    ],
    [
      'a JSON patch of another path changed',
      {
        before: jsonPatch('Deployment', '/spec/template/spec/containers/0/resources/limits/cpu', '500m'),
        after: jsonPatch('Deployment', '/spec/template/spec/containers/0/resources/limits/cpu', '250m'),
      },
    ],
    [
      'a JSON patch of another kind changed',
      {
        before: jsonPatch('StatefulSet', '/spec/template/spec/containers/0/resources/requests/cpu', '500m'),
        after: jsonPatch('StatefulSet', '/spec/template/spec/containers/0/resources/requests/cpu', '250m'),
      },
    ],
    [
      'replicas changed',
      {
        before: api,
        after: api.replace('replicas: 2', 'replicas: 3'),
        claims: [onHpa('minReplicas', '2', '3')],
      },
    ],
    [
      'a port changed',
      {
        before: 'service: {port: 80}\n',
        after: 'service: {port: 70}\n',
        claims: [onHpa('target.cpu', '80', '70')],
      },
    ],
    [
      'a bound of the other side changed',
      {
        before: 'autoscaling: {maxReplicas: 2}\n',
        after: 'autoscaling: {maxReplicas: 3}\n',
        claims: [onHpa('minReplicas', '2', '3')],
      },
    ],
    [
      'an embedded copy of the manifest changed',
      {
        before: `${api}---\napiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {last: '{"kind":"Deployment","metadata":{"name":"api"},"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"500m"}}}]}}}}'}}\n`,
        after: `${api}---\napiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {last: '{"kind":"Deployment","metadata":{"name":"api"},"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"250m"}}}]}}}}'}}\n`,
      },
    ],
    ['the text is no YAML', { before: 'cpu: [500m', after: 'cpu: [250m' }],
    [
      'the field does not exist',
      {
        before: api,
        after: deployment('api', '250m'),
        claims: [claim('500m', '250m', { key: 'shop/Deployment/api app requests.gpu' })],
      },
    ],
    [
      'the key is no address',
      {
        before: api,
        after: deployment('api', '250m'),
        claims: [claim('500m', '250m', { key: 'api app requests.cpu' })],
      },
    ],
  ])('%s', (_name, one) => {
    expect(proved(one)).toEqual([])
  })
})

describe('the names of the edited manifests', () => {
  it('are those of the manifests that changed', () => {
    const [one] = proved({ before: patchOf('api', '500m'), after: patchOf('api', '250m') })
    expect(one).toMatchObject({ file: 'a.yaml', names: ['api'] })
    const [setting] = proved({ before: 'cpu: 500m\n', after: 'cpu: 250m\n' })
    expect(setting).not.toHaveProperty('names')
  })

  it('are those of another workload where its manifest changed', () => {
    const claims = [onHpa('minReplicas', '2', '3')]
    expect(proved({ before: hpa(2, 80, 'web'), after: hpa(3, 80, 'web'), claims })).toMatchObject([
      { names: ['web'] },
    ])
  })

  it.each([
    ['api', 'api', true],
    ['api', 'prod-api', true],
    ['api', 'prod-api-canary', false],
    ['web', 'prod-api', false],
    ['not-used', 'prod-api', true],
    ['', 'prod-api', true],
  ])('%s means %s: %s', (written, name, expected) => {
    const names = ['prod-web', 'prod-api-canary', name]
    expect(isNameOf(written, name, names.concat(name === 'prod-api-canary' ? 'prod-api' : []))).toBe(expected)
  })
})

describe('a hostile history', () => {
  it('spends a bounded number of comparisons', () => {
    const many = Array.from({ length: 5000 }, (_, nth) => `  - {name: n${nth}, cpu: CPU}`).join('\n')
    const [before, after] = ['500m', '250m'].map((cpu) => `items:\n${many.replaceAll('CPU', cpu)}\n`)
    const claims = Array.from({ length: 5000 }, (_, nth) =>
      claim('400m', '250m', { key: `shop/Deployment/w${nth} app requests.cpu` }),
    )
    const budget = { left: 10_000 }
    const changed = { file: 'a.yaml', before: factsOf(before ?? ''), after: factsOf(after ?? '') }
    expect(provedChanges(claims, changed, budget)).toEqual([])
    expect(budget.left).toBeLessThanOrEqual(0)
  })

  it.each([
    ['is nested 20,000 deep', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    [
      'expands aliases without end',
      Array.from({ length: 30 }, (_, n) =>
        n === 0 ? 'a0: &a0 [x]' : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`,
      ).join('\n'),
    ],
  ])('is read as nothing where a file %s', (_name, text) => {
    expect(
      proved({ before: `${text}\ncpu: 500m\n`, after: `${text}\ncpu: 250m\nb: 1\n` }).length,
    ).toBeLessThan(2)
  })
})
