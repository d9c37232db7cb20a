import { describe, expect, it } from 'vitest'
import { controllerSchema, unhealthyReason } from '../../../../plugin/observe/kubernetes/health.ts'
import { podSchema, podStatusByWorkload } from '../../../../plugin/observe/kubernetes/live-pods.ts'
import { refusalSchema, refusalsByWorkload } from '../../../../plugin/observe/kubernetes/refusals.ts'

const quota =
  'pods "web-5d4f8c7b9-aaaaa" is forbidden: exceeded quota: team, requested: requests.cpu=500m, used: requests.cpu=7160m, limited: requests.cpu=7200m'

const deployment = (updatedReplicas: number, ...conditions: readonly object[]) =>
  controllerSchema.parse({
    metadata: { name: 'web', namespace: 'shop', generation: 3 },
    spec: { replicas: 2 },
    status: { observedGeneration: 3, replicas: 3, readyReplicas: 2, updatedReplicas, conditions },
  })
const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
})
const late = condition(
  'Progressing',
  'False',
  'ProgressDeadlineExceeded',
  'ReplicaSet "web-5d4f8c7b9" has timed out progressing.',
)

describe('a rollout that cannot finish', () => {
  it.each([
    ['that the API server refuses pods', [condition('ReplicaFailure', 'True', 'FailedCreate', quota)], quota],
    ['that its time is over', [late], 'ReplicaSet "web-5d4f8c7b9" has timed out progressing'],
  ])('says %s', (_, conditions, expected) => {
    expect(unhealthyReason('Deployment', deployment(1, ...conditions))).toBe(
      `its rollout is stuck: ${expected}`,
    )
  })

  it('is not taken for one that runs, which has conditions of its own', () => {
    const running = condition('Progressing', 'True', 'ReplicaSetUpdated', 'ReplicaSet is progressing.')
    expect(unhealthyReason('Deployment', deployment(1, running))).toBe(
      'a rollout is in progress (1 of 2 pods are updated)',
    )
  })

  it('is over when every pod is updated and ready, whatever conditions say', () => {
    const done = controllerSchema.parse({
      metadata: { name: 'web', generation: 3 },
      spec: { replicas: 2 },
      status: {
        observedGeneration: 3,
        replicas: 2,
        readyReplicas: 2,
        updatedReplicas: 2,
        conditions: [late],
      },
    })
    expect(unhealthyReason('Deployment', done)).toBeUndefined()
  })

  it('names pods for which no node has room, and what the scheduler says', () => {
    const message = '0/3 nodes are available: 3 Insufficient memory.'
    const pod = podSchema.parse({
      metadata: {
        name: 'web-5d4f8c7b9-aaaaa',
        namespace: 'shop',
        ownerReferences: [{ kind: 'ReplicaSet', name: 'web-5d4f8c7b9', controller: true }],
      },
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    })
    const { waiting } = podStatusByWorkload([pod], {}).get('shop/Deployment/web') ?? {}
    expect(waiting).toEqual({ pods: 1, message })
    const room = 'no node has room for 1 pod: 0/3 nodes are available: 3 Insufficient memory'
    expect(unhealthyReason('Deployment', deployment(1), { waiting })).toBe(room)
    expect(unhealthyReason('Deployment', deployment(1, late), { waiting })).toBe(
      `its rollout is stuck: ${room}`,
    )
  })

  it('is named by the last refusal of an event until every pod is updated and ready', () => {
    const events = ['2026-09-14T10:00:00Z', '2026-09-14T12:00:00Z', '2026-09-14T11:00:00Z'].map((at, index) =>
      refusalSchema.parse({
        metadata: { creationTimestamp: '2026-09-14T09:00:00Z' },
        involvedObject: { kind: 'StatefulSet', namespace: 'shop', name: 'web' },
        message: `refusal ${index}`,
        ...(index === 1 ? { series: { lastObservedTime: at } } : { lastTimestamp: at }),
      }),
    )
    const refused = refusalsByWorkload(events).get('shop/StatefulSet/web')
    expect(refused).toBe('refusal 1')
    expect(unhealthyReason('StatefulSet', deployment(1), { refused })).toBe('its rollout is stuck: refusal 1')
    expect(unhealthyReason('StatefulSet', deployment(2), { refused })).toBeUndefined()
  })

  it('keeps a message short', () => {
    const long = condition('ReplicaFailure', 'True', 'FailedCreate', 'x'.repeat(5000))
    expect(unhealthyReason('Deployment', deployment(1, long))?.length).toBeLessThan(500)
  })
})
