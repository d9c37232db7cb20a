import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Recommendation } from '../../../plugin/model/recommendation.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { factsOf } from '../../../plugin/plan/source-facts.ts'
import { surroundingsOf } from '../../../plugin/plan/surroundings.ts'
import type { PolicyRule } from '../../../plugin/recommend/policy.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const Mi = 1024 ** 2
const hours = 14 * 24
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: hours }

const web = (resources: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: workload.name, namespace: workload.namespace },
  spec: {
    replicas: 2,
    template: {
      metadata: { labels: { app: 'api' } },
      spec: { containers: [{ name: 'app', image: 'x', resources }], ...more },
    },
  },
})
const object = (kind: string, spec: JsonObject, apiVersion = 'v1'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'one', namespace: workload.namespace },
  spec,
})
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name }
const hpa = (name: 'cpu' | 'memory', averageUtilization = 50): JsonObject =>
  object(
    'HorizontalPodAutoscaler',
    {
      scaleTargetRef,
      minReplicas: 6,
      maxReplicas: 20,
      metrics: [
        { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } },
      ],
    },
    'autoscaling/v2',
  )
const vpa = (spec: JsonObject): JsonObject =>
  object('VerticalPodAutoscaler', { targetRef: scaleTargetRef, ...spec }, 'autoscaling.k8s.io/v1')

interface World {
  /** Objects of the rendering of the workload, and of another source of the cluster. */
  readonly own: readonly JsonObject[]
  readonly others?: readonly JsonObject[]
  readonly cpu?: number
  readonly memory?: number
  readonly kills?: number
  readonly more?: Partial<Observation>
  readonly rules?: readonly PolicyRule[]
}

function decide({ own, others = [], cpu = 100, memory = 100, kills = 0, more = {}, rules = [] }: World) {
  const usage = recordedUsage({ cpu: () => cpu, memory: () => memory * Mi, pods: 2 }, frame)
  const observation = observationWith({
    containers: [{ container: 'app', ...usage, oomKills: kills }],
    ...more,
  })
  const source = (id: string) => ({
    kind: 'plain',
    id,
    path: id,
    cluster: 'prod',
    namespace: workload.namespace,
  })
  const rendered = [
    { source: source('app'), objects: own },
    { source: source('platform'), objects: others },
  ]
  const declared = rendered.map((one) => ({
    source: one.source,
    workloads: declaredWorkloads(one.objects, workload.namespace),
  }))
  const surroundings = surroundingsOf(rendered.map(factsOf), declared, [observation])
  const workloads = declared[0]?.workloads ?? []
  return recommend({ cluster: 'prod', workloads }, [observation], {
    options,
    rules,
    surroundings,
    lastChange: () => undefined,
  })
}

const values = (answer: readonly Recommendation[]) =>
  Object.fromEntries(
    answer.map((one) => [one.field, one.verdict === 'change' ? printValue(one.field, one.to) : one.verdict]),
  )
const lastReason = (answer: readonly Recommendation[], field: string): string => {
  const one = answer.find((found) => found.field === field)
  return one === undefined || one.verdict === 'unsure'
    ? (one?.missing ?? '')
    : (one.because.at(-1)?.text ?? '')
}
const fivePods = { min: 5, max: 5, mean: 5 }
const large = { requests: { cpu: '2', memory: '1Gi' } }

describe('an autoscaler elsewhere', () => {
  it('in another source of the cluster keeps what it scales by, and names it', () => {
    const answer = decide({ own: [web(large)], others: [hpa('cpu')] })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '720Mi' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(
      /^HorizontalPodAutoscaler\/one of the source platform scales/,
    )
    expect(values(decide({ own: [web(large)], others: [hpa('memory')] }))).toEqual({
      'requests.cpu': '1000m',
      'requests.memory': 'keep',
    })
  })

  it('of KEDA counts the same', () => {
    const scaled = object(
      'ScaledObject',
      {
        scaleTargetRef: { name: workload.name },
        triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }],
      },
      'keda.sh/v1alpha1',
    )
    expect(values(decide({ own: [web(large)], others: [scaled] }))['requests.cpu']).toBe('keep')
  })

  it('in the cluster alone counts the same; one in its own rendering is sized with it', () => {
    const scalers = [
      {
        said: 'HorizontalPodAutoscaler/x in the cluster',
        autoscaler: { targets: [{ resource: 'cpu', utilization: 50 }] },
      },
    ] as const
    const surroundings = { scalers, verticals: [], ranges: [], quotas: [], budgets: [] }
    const live = decide({ own: [web(large)], more: { surroundings } })
    expect(values(live)['requests.cpu']).toBe('keep')
    expect(lastReason(live, 'requests.cpu')).toContain('in the cluster')
    const own = decide({ own: [web(large), hpa('cpu')], more: { surroundings } })
    expect(values(own)['requests.cpu']).not.toBe('keep')
  })

  it('that nobody knows shows in pods that follow the load: CPU is not lowered', () => {
    const pods = Array.from({ length: hours }, (_, hour) => 3 + Math.round(4.5 * (1 + Math.sin(hour / 3.8))))
    const usage = recordedUsage({ cpu: () => 400, memory: () => 100 * Mi }, frame)
    const total = recordedUsage({ cpu: (hour) => 400 * (pods[hour] ?? 0), memory: () => Mi }, frame).cpu
      .highest
    const replicas = { min: 3, max: 12, mean: 7, series: packCounts(frame, pods) }
    const containers = [
      { container: 'app', ...usage, cpu: { ...usage.cpu, ...(total && { total }) }, oomKills: 0 },
    ]
    const answer = decide({ own: [web(large)], more: { containers, replicas } })
    expect(values(answer)['requests.cpu']).toBe('keep')
    expect(lastReason(answer, 'requests.cpu')).toMatch(/nothing is known that scales them/)
    const flat = packCounts(frame, Array(hours).fill(3))
    const steady = { min: 3, max: 3, mean: 3, series: flat }
    expect(
      values(decide({ own: [web(large)], more: { containers, replicas: steady } }))['requests.cpu'],
    ).toBe('1000m')
  })
})

describe('a VerticalPodAutoscaler', () => {
  it('that changes pods owns its values, down to the resource and the container', () => {
    const owner = vpa({ updatePolicy: { updateMode: 'Recreate' } })
    expect(values(decide({ own: [web(large), owner] }))).toEqual({
      'requests.cpu': 'keep',
      'requests.memory': 'keep',
    })
    const policy = (more: JsonObject) =>
      vpa({ resourcePolicy: { containerPolicies: [{ containerName: '*', ...more }] } })
    expect(values(decide({ own: [web(large)], others: [policy({ controlledResources: ['cpu'] })] }))).toEqual(
      {
        'requests.cpu': 'keep',
        'requests.memory': '720Mi',
      },
    )
    expect(values(decide({ own: [web(large), policy({ mode: 'Off' })] }))['requests.cpu']).toBe('1000m')
  })

  it('that is Off bounds them', () => {
    const bounds = vpa({
      updatePolicy: { updateMode: 'Off' },
      resourcePolicy: {
        containerPolicies: [{ containerName: '*', minAllowed: { cpu: '1500m', memory: '900Mi' } }],
      },
    })
    const answer = decide({ own: [web({ requests: { cpu: '4', memory: '2Gi' } }), bounds] })
    expect(values(answer)).toEqual({ 'requests.cpu': '2000m', 'requests.memory': '1440Mi' })
    const less = decide({ own: [web({ requests: { cpu: '2', memory: '1Gi' } }), bounds] })
    expect(values(less)).toEqual({ 'requests.cpu': '1500m', 'requests.memory': '900Mi' })
    expect(lastReason(less, 'requests.memory')).toMatch(/allows no less/)
  })
})

describe('a LimitRange', () => {
  const range = (limit: JsonObject) => object('LimitRange', { limits: [{ type: 'Container', ...limit }] })

  it('bounds requests and limits, and their ratio', () => {
    const small = { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '400m', memory: '512Mi' } }
    const most = range({ max: { cpu: '800m', memory: '1Gi' } })
    const answer = decide({ own: [web(small), most], cpu: 900, memory: 1500 })
    expect(values(answer)).toEqual({
      'requests.cpu': '800m',
      'limits.cpu': '800m',
      'requests.memory': '1024Mi',
      'limits.memory': '1024Mi',
    })
    const least = decide({ own: [web(large)], others: [range({ min: { cpu: '1500m' } })] })
    expect(values(least)['requests.cpu']).toBe('1500m')
    const ratio = range({ maxLimitRequestRatio: { cpu: '2' } })
    expect(values(decide({ own: [web({ requests: { cpu: '2' }, limits: { cpu: '4' } }), ratio] }))).toEqual({
      'requests.cpu': '1000m',
      'limits.cpu': '2000m',
    })
  })
})

describe('what is shared', () => {
  it('a quota of the namespace holds raises that do not fit, with one pod more', () => {
    const quota = object('ResourceQuota', { hard: { 'requests.cpu': '1', 'limits.memory': '8Gi' } })
    const small = { requests: { cpu: '100m', memory: '256Mi' } }
    const answer = decide({ own: [web(small), quota], cpu: 600, memory: 600 })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '704Mi' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(
      /allows 1000m of requests\.cpu .* 200m are used\. 2 pods, and 1 more during the rollout,/,
    )
  })

  it('a quota counts the pods that a rollout starts first: a share, a number, or none', () => {
    const quota = object('ResourceQuota', { hard: { 'requests.cpu': '3600m' } })
    const small = { requests: { cpu: '100m', memory: '256Mi' } }
    const cpuWith = (strategy: JsonObject) => {
      const own = web(small)
      const spec = { ...(own['spec'] as JsonObject), replicas: 5, strategy }
      const answer = decide({ own: [{ ...own, spec }, quota], cpu: 600, more: { replicas: fivePods } })
      return values(answer)['requests.cpu']
    }
    expect(cpuWith({})).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: '100%' } })).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: 1 } })).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: 0 } })).toBe('630m')
    expect(cpuWith({ type: 'Recreate' })).toBe('630m')
  })

  it('a LimitRange for pods holds raises whose sum is above it', () => {
    const most = object('LimitRange', { limits: [{ type: 'Pod', max: { memory: '600Mi' } }] })
    const answer = decide({ own: [web({ requests: { memory: '256Mi' } }), most], memory: 600 })
    expect(values(answer)).toEqual({ 'requests.memory': 'keep' })
    expect(lastReason(answer, 'requests.memory')).toContain('allows a pod no more than 600Mi')
  })

  it('a LimitRange for pods holds what would leave its minimum or its ratio', () => {
    const limits = (limit: JsonObject) => object('LimitRange', { limits: [{ type: 'Pod', ...limit }] })
    const own = web({ requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } })
    expect(values(decide({ own: [own, limits({ min: { cpu: '1500m' } })] }))).toMatchObject({
      'requests.cpu': 'keep',
      'requests.memory': '720Mi',
    })
    expect(values(decide({ own: [own, limits({ min: { cpu: '900m' } })] }))['requests.cpu']).toBe('1000m')
    const answer = decide({ own: [own, limits({ maxLimitRequestRatio: { memory: '2500m' } })] })
    expect(values(answer)).toEqual({
      'requests.cpu': '1000m',
      'requests.memory': 'keep',
      'limits.memory': 'keep',
    })
    expect(lastReason(answer, 'requests.memory')).toContain('allows a pod no limits above 2.5 × its requests')
  })

  it('the resources of a pod as a whole hold raises that do not fit', () => {
    const small = { requests: { cpu: '300m' } }
    const answer = decide({ own: [web(small, { resources: { requests: { cpu: '500m' } } })], cpu: 900 })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(/pod as a whole has requests\.cpu of 500m/)
  })

  it('a disruption budget keeps the minimum of an HPA', () => {
    const budget = (minAvailable: number | string) =>
      object('PodDisruptionBudget', { minAvailable, selector: { matchLabels: { app: 'api' } } }, 'policy/v1')
    const pods = { min: 6, max: 6, mean: 6, series: packCounts(frame, Array(hours).fill(6)) }
    const minimum = (...budgets: readonly JsonObject[]) =>
      values(
        decide({
          own: [web({ requests: { cpu: '500m' } }), hpa('cpu'), ...budgets],
          more: { replicas: pods },
        }),
      )['hpa.minReplicas']
    expect(minimum()).toBe('3')
    expect(minimum(budget(4))).toBe('5')
    expect(minimum(budget('75%'))).toBe('4')
    expect(minimum(budget('100%'))).toBe('keep')
    expect(minimum(budget(1))).toBe('3')
  })

  it('a minimum and a maximum of settings bound requests, also after a kill', () => {
    const rules = [{ match: {}, minimum: { cpu: '1500m' }, maximum: { memory: '1100Mi' } }]
    const answer = decide({
      own: [web({ requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '1Gi' } })],
      rules,
      memory: 1020,
      kills: 3,
    })
    expect(values(answer)).toEqual({
      'requests.cpu': '1500m',
      'requests.memory': '1100Mi',
      'limits.memory': '1100Mi',
    })
  })
})

describe('an OOM kill behind a memory target', () => {
  it('raises the request and lowers the target, so that the HPA adds pods at the same usage', () => {
    const own = [web({ requests: { memory: '512Mi' }, limits: { memory: '512Mi' } }), hpa('memory', 80)]
    const answer = decide({ own, memory: 500, kills: 9 })
    expect(values(answer)).toMatchObject({
      'requests.memory': '624Mi',
      'limits.memory': '624Mi',
      'hpa.target.memory': '66',
    })
    expect(values(decide({ own, memory: 500 }))).toMatchObject({ 'requests.memory': 'keep' })
  })
})

describe('whole cores', () => {
  it('of a Guaranteed pod stay whole', () => {
    const whole = { cpu: '4', memory: '1Gi' }
    expect(values(decide({ own: [web({ requests: whole, limits: whole })], cpu: 2500 }))).toMatchObject({
      'requests.cpu': '3000m',
      'limits.cpu': '3000m',
    })
    expect(values(decide({ own: [web({ requests: whole })], cpu: 2500 }))['requests.cpu']).toMatch(
      /^2\d\d\dm$/,
    )
  })
})

describe('memory in thousandths of a byte', () => {
  it('is named as a slip', () => {
    const answer = decide({ own: [web({ requests: { memory: '512m' }, limits: { memory: '512m' } })] })
    expect(lastReason(answer, 'requests.memory')).toMatch(/512m is 0\.512 bytes, .* probably 512Mi is meant/)
  })
})
