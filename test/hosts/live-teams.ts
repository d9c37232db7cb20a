/** The workload of a namespace, and what else is there. */
export interface Team {
  readonly kind?: 'Deployment' | 'StatefulSet'
  readonly cpu?: number
  readonly memory?: number
  readonly requests: Readonly<Record<string, string>>
  readonly limits?: Readonly<Record<string, string>>
  /** An HPA in Git, with its minimum. */
  readonly minimum?: number
  /** Objects in the cluster alone: path below the namespace, and object. */
  readonly live?: readonly (readonly [group: string, kind: string, object: object])[]
}

/** What every HPA here scales. */
export const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const large = { cpu: '2', memory: '1Gi' }
const small = { cpu: '100m', memory: '256Mi' }
/** The metric of every HPA here. */
export const cpuMetric = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
}

/** Why a quota refuses a pod, as the API server words it. */
export const overQuota =
  'pods "web-5d4f8c7b9-aaaaa" is forbidden: exceeded quota: one, requested: requests.cpu=500m, used: requests.cpu=900m, limited: requests.cpu=1'
const failure = (name: string, reason: string, message: string) => ({
  metadata: { name },
  involvedObject: { kind: 'StatefulSet', namespace: 'stateful', name: 'web' },
  type: 'Warning',
  reason,
  message,
})

/** One workload in a namespace for each kind of object that bounds or writes its values. */
export const teams: Readonly<Record<string, Team>> = {
  free: { requests: large },
  hpa: {
    requests: large,
    live: [
      [
        'apis/autoscaling/v2',
        'horizontalpodautoscalers',
        { spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 9, metrics: [cpuMetric] } },
      ],
    ],
  },
  keda: {
    requests: large,
    live: [
      [
        'apis/keda.sh/v1alpha1',
        'scaledobjects',
        {
          apiVersion: 'keda.sh/v1alpha1',
          kind: 'ScaledObject',
          spec: {
            scaleTargetRef: { name: 'web' },
            triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }],
          },
        },
      ],
    ],
  },
  vpa: {
    requests: large,
    live: [
      [
        'apis/autoscaling.k8s.io/v1',
        'verticalpodautoscalers',
        {
          apiVersion: 'autoscaling.k8s.io/v1',
          kind: 'VerticalPodAutoscaler',
          spec: { targetRef: target, updatePolicy: { updateMode: 'Recreate' } },
        },
      ],
    ],
  },
  range: {
    requests: small,
    cpu: 900,
    memory: 1500,
    live: [
      [
        'api/v1',
        'limitranges',
        { spec: { limits: [{ type: 'Container', max: { cpu: '600m', memory: '1Gi' } }] } },
      ],
    ],
  },
  quota: {
    requests: small,
    cpu: 900,
    live: [['api/v1', 'resourcequotas', { spec: { hard: { 'requests.cpu': '1' } } }]],
  },
  budget: {
    requests: { cpu: '500m', memory: '512Mi' },
    memory: 440,
    minimum: 6,
    live: [
      [
        'apis/policy/v1',
        'poddisruptionbudgets',
        { spec: { minAvailable: 4, selector: { matchLabels: { app: 'web' } } } },
      ],
    ],
  },
  node: { requests: small, memory: 15_000 },
  stateful: {
    kind: 'StatefulSet',
    requests: small,
    live: [
      ['api/v1', 'events', failure('one', 'FailedCreate', `create Pod web-0 failed: ${overQuota}`)],
      ['api/v1', 'events', failure('two', 'RecreatingFailedPod', 'recreating failed Pod web-0')],
    ],
  },
}
