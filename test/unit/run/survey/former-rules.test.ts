import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { formerRules } from '../../../../plugin/run/survey/former-rules.ts'

const placed = (object: JsonObject) => ({ object, namespace: 'shop' })
const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const vpa = (spec: JsonObject): JsonObject => ({
  apiVersion: 'autoscaling.k8s.io/v1',
  kind: 'VerticalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { targetRef, ...spec },
})
const match = { namespace: 'shop', workload: 'Deployment/web' }

describe('rules from VerticalPodAutoscalers', () => {
  it('keep bounds, and what is not controlled is Off; a policy for all containers comes first', () => {
    const containerPolicies = [
      {
        containerName: 'web',
        controlledResources: ['memory'],
        minAllowed: { memory: '256Mi' },
        maxAllowed: { cpu: '2', memory: '2Gi' },
      },
      { containerName: '*', mode: 'Off' },
    ]
    const former = formerRules('vpa', [placed(vpa({ resourcePolicy: { containerPolicies } }))])
    expect(former.rules).toEqual([
      { match, cpu: 'Off', memory: 'Off' },
      {
        match: { ...match, container: 'web' },
        cpu: 'Off',
        memory: 'On',
        minimum: { memory: '256Mi' },
        maximum: { cpu: '2', memory: '2Gi' },
      },
    ])
  })

  it.each([
    [undefined, 'Recreate'],
    ['Auto', 'Auto'],
    ['InPlaceOrRecreate', 'InPlaceOrRecreate'],
    ['Initial', 'Initial'],
  ])('name an autoscaler of mode %s as one that changes pods', (updateMode, mode) => {
    const { writers } = formerRules('vpa', [
      placed(vpa(updateMode === undefined ? {} : { updatePolicy: { updateMode } })),
    ])
    expect(writers).toMatchObject([{ kind: 'VerticalPodAutoscaler', namespace: 'shop', name: 'web', mode }])
  })

  it('need none of an autoscaler that is Off and has no policy', () => {
    const off = placed(vpa({ updatePolicy: { updateMode: 'Off' } }))
    expect(formerRules('vpa', [off])).toMatchObject({ rules: [], writers: [], found: 1 })
    expect(formerRules('vpa', [placed({ kind: 'Deployment' })]).found).toBe(0)
  })

  it('are written once where two sources render the same', () => {
    const one = placed(
      vpa({ resourcePolicy: { containerPolicies: [{ containerName: 'web', mode: 'Off' }] } }),
    )
    expect(formerRules('vpa', [one, one]).rules).toHaveLength(1)
  })
})

describe('rules from Tortoises', () => {
  const tortoise = (spec: JsonObject): JsonObject => ({
    apiVersion: 'autoscaling.mercari.com/v1beta3',
    kind: 'Tortoise',
    metadata: { name: 'web' },
    spec: { targetRefs: { scaleTargetRef: targetRef }, ...spec },
  })

  it('have the policy of each container, with the rest Off, and its bounds', () => {
    const former = formerRules('tortoise', [
      placed(
        tortoise({
          updateMode: 'Auto',
          autoscalingPolicy: [{ containerName: 'web', policy: { cpu: 'Horizontal', memory: 'Vertical' } }],
          resourcePolicy: [{ containerName: 'web', minAllocatedResources: { cpu: '500m' } }],
        }),
      ),
    ])
    expect(former.rules).toEqual([
      { match, cpu: 'Off', memory: 'Off' },
      {
        match: { ...match, container: 'web' },
        cpu: 'Horizontal',
        memory: 'Vertical',
        minimum: { cpu: '500m' },
      },
    ])
    expect(former.writers).toMatchObject([{ kind: 'Tortoise', path: ['spec', 'updateMode'] }])
  })

  it('are On for one that follows the HPA: its object alone sets Off as soon as it is switched off', () => {
    expect(formerRules('tortoise', [placed(tortoise({ updateMode: 'Auto' }))]).rules).toEqual([
      { match, cpu: 'On', memory: 'On' },
    ])
  })
})

describe('rules from Goldilocks', () => {
  const space = (labels: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels },
  })

  it('leave containers and namespaces out that its labels leave out', () => {
    const labels = {
      'goldilocks.fairwinds.com/enabled': 'true',
      'goldilocks.fairwinds.com/exclude-containers': 'istio-proxy, linkerd',
    }
    expect(formerRules('goldilocks', [placed(space(labels))]).rules).toEqual(
      ['istio-proxy', 'linkerd'].map((container) => ({
        match: { namespace: 'shop', container },
        cpu: 'Off',
        memory: 'Off',
      })),
    )
    expect(
      formerRules('goldilocks', [placed(space({ 'goldilocks.fairwinds.com/enabled': 'false' }))]).rules,
    ).toEqual([{ match: { namespace: 'shop' }, delivery: 'report' }])
    expect(formerRules('goldilocks', [placed(space({ app: 'x' }))]).found).toBe(0)
  })
})

describe('settings from KRR', () => {
  const job = (args: readonly string[]): JsonObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'krr' },
    spec: {
      jobTemplate: {
        spec: {
          template: {
            spec: { containers: [{ name: 'krr', command: ['python', 'krr.py', 'simple'], args }] },
          },
        },
      },
    },
  })

  it('are its profile, with a note for flags that it has no equal of', () => {
    expect(formerRules('krr', [placed(job(['--cpu_percentile', '95']))])).toMatchObject({
      recommend: { profile: 'krr' },
      notes: [],
    })
    expect(formerRules('krr', [placed(job(['--cpu_percentile', '99']))]).notes?.[0]).toContain(
      'the job passes --cpu_percentile 99',
    )
    expect(formerRules('krr', [placed({ kind: 'CronJob' })]).found).toBe(0)
  })
})
