import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { notRolledOut, type Rollout } from '../../../plugin/model/rollout.ts'
import { rolloutOf as argoRollout } from '../../../renderers/argocd/rollout.ts'
import { rolloutOf as fluxRollout } from '../../../renderers/flux/rollout.ts'

const web = (metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'proxy' }] } } },
})
const cpuOf = (container: number) =>
  ['spec', 'template', 'spec', 'containers', container, 'resources', 'requests', 'cpu'] as const

const application = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  kind: 'Application',
  metadata: { name: 'web', ...metadata },
  spec,
})

describe('a field that Argo CD ignores', () => {
  const ignored = (rule: JsonObject, object = web(), container = 0): boolean =>
    notRolledOut(
      object,
      cpuOf(container),
      argoRollout(
        application({ ignoreDifferences: [{ group: 'apps', kind: 'Deployment', ...rule }] }),
        'Application web',
      ),
    ) !== undefined

  it.each([
    '/spec',
    '/spec/template/spec/containers/0/resources',
    '/spec/template/spec/containers/0/resources/requests/cpu',
  ])('is one below a JSON pointer: %s', (pointer) => {
    expect(ignored({ jsonPointers: [pointer] })).toBe(true)
  })

  it.each([
    '/spec/replicas',
    '/spec/template/spec/containers/1',
    '/spec/template/spec/containers/0/resources/limits',
    '/metadata/labels/a~1b',
  ])('is none beside a JSON pointer: %s', (pointer) => {
    expect(ignored({ jsonPointers: [pointer] })).toBe(false)
  })

  it.each([
    '.spec.template.spec.containers[].resources',
    '.spec.template.spec.containers[0].resources.requests',
    '.spec["template"].spec.containers[]?.resources',
    '.spec.template.spec.containers[] | select(.name == "app") | .resources',
    '.spec.template.spec.containers[]|select(.name=="app").resources.requests.cpu',
    '.spec.template.spec.containers | map(.resources)',
  ])('is one that an expression of jq selects: %s', (expression) => {
    expect(ignored({ jqPathExpressions: [expression] })).toBe(true)
  })

  it.each([
    '.spec.replicas',
    '.spec.template.spec.containers[] | select(.name == "proxy") | .resources',
    '.spec.template.spec.containers[1].resources',
    '.spec.template.spec.containers[].resources.limits',
    '.metadata.annotations | keys',
  ])('is none that an expression of jq leaves out: %s', (expression) => {
    expect(ignored({ jqPathExpressions: [expression] })).toBe(false)
  })

  it('is of the objects that the rule names', () => {
    const jsonPointers = ['/spec']
    expect(ignored({ jsonPointers, name: 'web', namespace: 'shop' })).toBe(true)
    expect(ignored({ jsonPointers, kind: '*', group: '*' })).toBe(true)
    for (const other of [{ name: 'api' }, { namespace: 'other' }, { kind: 'StatefulSet' }, { group: '' }])
      expect(ignored({ jsonPointers, ...other })).toBe(false)
  })
})

describe('an object that Flux does not change', () => {
  const reason = (
    metadata: JsonObject,
    rollout: Rollout | undefined = fluxRollout({ kind: 'Kustomization' }),
  ) => notRolledOut(web(metadata), cpuOf(0), rollout)

  it('says so by annotation or label', () => {
    const name = 'kustomize.toolkit.fluxcd.io/reconcile'
    expect(reason({ annotations: { [name]: 'disabled' } })).toContain(`${name}: disabled`)
    expect(reason({ labels: { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' } })).toContain('ssa: Ignore')
    expect(reason({ annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } })).toBeUndefined()
    expect(
      reason({ annotations: { [name]: 'disabled' } }, fluxRollout({ kind: 'HelmRelease' })),
    ).toBeUndefined()
  })
})

describe('how a change is rolled out', () => {
  it('by Argo CD', () => {
    const held = (spec: JsonObject, metadata: JsonObject = {}) =>
      argoRollout(application(spec, metadata), 'Application web').held
    expect(held({ syncPolicy: { automated: {} } })).toBeUndefined()
    expect(held({ syncPolicy: { automated: { enabled: false } } })).toContain('no automated sync')
    expect(held({})).toContain('no automated sync')
    const skipped = { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } }
    expect(held({ syncPolicy: { automated: {} } }, skipped)).toContain('skip-reconcile')
    const hydrated = application({ sourceHydrator: { syncSource: { targetBranch: 'env/prod' } } })
    expect(argoRollout(hydrated, 'Application web').by).toContain('env/prod')
  })

  it('by Flux', () => {
    const object = { kind: 'HelmRelease', metadata: { name: 'web' }, spec: { interval: '10m' } }
    expect(fluxRollout(object)).toEqual({
      by: 'Flux reconciles HelmRelease web, at the latest 10m after its source changed',
    })
    expect(fluxRollout({ ...object, spec: { suspend: true } }).held).toContain('suspended')
  })
})
