import { describe, expect, it } from 'vitest'
import { isNameOf } from '../../../../plugin/model/past-edit.ts'
import {
  api,
  type Case,
  claim,
  deployment,
  hpa,
  jsonPatch,
  onHpa,
  patchOf,
  proved,
} from './proved-changes-ground.ts'

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
