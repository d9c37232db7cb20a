import { describe, expect, it } from 'vitest'
import { podSchema, reservedRoom } from '../../../../plugin/observe/kubernetes/live-pods.ts'
import { nodeFinder, nodeSchema, placementSchema } from '../../../../plugin/observe/kubernetes/nodes.ts'

const Gi = 1024 ** 3

const node = (name: string, cpu: string, memory: string, more: object = {}) =>
  nodeSchema.parse({
    metadata: { name, labels: { pool: name } },
    status: { allocatable: { cpu, memory } },
    ...more,
  })

const taint = (key: string, value = '') => ({ spec: { taints: [{ key, value, effect: 'NoSchedule' }] } })

const nodes = [
  node('small', '4', '14Gi'),
  node('tall', '2', '60Gi'),
  node('wide', '16', '30Gi'),
  node('inner', '8', '20Gi'),
  node('gpu', '64', '500Gi', taint('gpu', 'yes')),
]
const find = nodeFinder(nodes, [])
const names = (placement: object = {}) =>
  find('Deployment/web', placementSchema.parse(placement)).map(({ said }) => said.split(' ')[0]?.slice(5))

const affinity = (...matchExpressions: readonly object[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
  },
})

describe('the largest nodes on which pods may run', () => {
  it('are those that no other one exceeds in both resources, without tainted ones', () => {
    expect(names()).toEqual(['tall', 'wide'])
    expect(find('Deployment/web', undefined)[0]).toEqual({
      said: 'Node/tall in the cluster',
      cpu: 2000,
      memory: 60 * Gi,
    })
  })

  it.each([
    ['a selector', { nodeSelector: { pool: 'small' } }, ['small']],
    ['a selector that no node has', { nodeSelector: { pool: 'none' } }, []],
    ['a toleration of the key', { tolerations: [{ key: 'gpu', operator: 'Exists' }] }, ['gpu']],
    ['a toleration of the value', { tolerations: [{ key: 'gpu', value: 'yes' }] }, ['gpu']],
    ['a toleration of another value', { tolerations: [{ key: 'gpu', value: 'no' }] }, ['tall', 'wide']],
    ['a toleration of everything', { tolerations: [{ operator: 'Exists' }] }, ['gpu']],
    ['an affinity', affinity({ key: 'pool', operator: 'In', values: ['small', 'inner'] }), ['inner']],
    ['an affinity without', affinity({ key: 'pool', operator: 'NotIn', values: ['tall'] }), ['wide']],
    ['an affinity of existence', affinity({ key: 'pool', operator: 'DoesNotExist' }), []],
  ])('follow %s', (_, placement, expected) => {
    expect(names(placement)).toEqual(expected)
  })

  it('are the smallest in each resource for a DaemonSet, which has a pod on every one', () => {
    expect(find('shop/DaemonSet/agent', undefined)).toEqual([
      {
        said: 'Node/small in the cluster, the smallest of the nodes of the DaemonSet',
        cpu: 2000,
        memory: 14 * Gi,
      },
    ])
    const alone = placementSchema.parse({ nodeSelector: { pool: 'none' } })
    expect(find('shop/DaemonSet/agent', alone)).toEqual([])
  })

  it('count nodes that take no pods for now, and none whose size is not known', () => {
    const cordoned = node('big', '32', '64Gi', taint('node.kubernetes.io/unschedulable'))
    const unknown = nodeSchema.parse({ metadata: { name: 'new' } })
    expect(nodeFinder([cordoned, unknown], [])('x', undefined)).toHaveLength(1)
  })

  it('have no room for what the pods of DaemonSets request there, their own pods aside', () => {
    const pod = (name: string, owner: string, memory: string) =>
      podSchema.parse({
        metadata: {
          name,
          namespace: 'kube-system',
          ownerReferences: [{ kind: owner, name: 'agent', controller: true }],
        },
        spec: { nodeName: 'small', containers: [{ resources: { requests: { memory, cpu: '100m' } } }, {}] },
      })
    const reserved = reservedRoom(
      [pod('agent-b2c4d', 'DaemonSet', '1Gi'), pod('web-0', 'StatefulSet', '8Gi')],
      {},
    )
    const finder = nodeFinder([node('small', '4', '14Gi')], reserved)
    expect(finder('Deployment/web', undefined)).toMatchObject([{ cpu: 3900, memory: 13 * Gi }])
    const own = reserved[0]?.owner ?? ''
    expect(finder(own, undefined)).toMatchObject([{ cpu: 4000, memory: 14 * Gi }])
  })
})
