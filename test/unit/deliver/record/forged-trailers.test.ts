import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../../plugin/deliver/record/file-diff.ts'
import { provedChanges } from '../../../../plugin/deliver/record/proved-changes.ts'
import {
  api,
  type Case,
  claim,
  deployment,
  jsonPatch,
  onHpa,
  patchOf,
  proved,
} from './proved-changes-ground.ts'

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
