import { settingsSchema } from '../../../config/schema.ts'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Recommendation } from '../../../plugin/model/recommendation.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { factsOf } from '../../../plugin/plan/source-facts.ts'
import { surroundingsOf } from '../../../plugin/plan/surroundings.ts'
import type { PolicyRule } from '../../../plugin/recommend/policy.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
/** Bytes of a MiB. */
export const Mi = 1024 ** 2
/** Hours of the recorded window: two weeks. */
export const hours = 14 * 24
/** The hourly samples of the window. */
export const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: hours }

/** The Deployment whose values are decided. */
export const web = (resources: JsonObject, more: JsonObject = {}): JsonObject => ({
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
/** An object of its namespace. */
export const object = (kind: string, spec: JsonObject, apiVersion = 'v1'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'one', namespace: workload.namespace },
  spec,
})
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name }
/** An HPA of the Deployment. */
export const hpa = (name: 'cpu' | 'memory', averageUtilization = 50): JsonObject =>
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
/** A VerticalPodAutoscaler of the Deployment. */
export const vpa = (spec: JsonObject): JsonObject =>
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

/** Recommendations for the Deployment, by its usage in millicores and MiB. */
export function decide({
  own,
  others = [],
  cpu = 100,
  memory = 100,
  kills = 0,
  more = {},
  rules = [],
}: World) {
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

/** The recommended values by field, or the verdict where a value does not change. */
export const values = (answer: readonly Recommendation[]) =>
  Object.fromEntries(
    answer.map((one) => [one.field, one.verdict === 'change' ? printValue(one.field, one.to) : one.verdict]),
  )
/** The last reason for a field, or what is missing. */
export const lastReason = (answer: readonly Recommendation[], field: string): string => {
  const one = answer.find((found) => found.field === field)
  return one === undefined || one.verdict === 'unsure'
    ? (one?.missing ?? '')
    : (one.because.at(-1)?.text ?? '')
}
/** Five pods at any time. */
export const fivePods = { min: 5, max: 5, mean: 5 }
/** Requests far above any usage. */
export const large = { requests: { cpu: '2', memory: '1Gi' } }
