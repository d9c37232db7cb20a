import { expect, it } from 'vitest'
import { emptyOwners, workloadFinder } from '../../../../plugin/observe/owners.ts'
import type { Prometheus } from '../../../../plugin/observe/prometheus/client.ts'
import { readCurrentSizes, withCurrentSizes } from '../../../../plugin/observe/prometheus/current-sizes.ts'
import { chooseDialect } from '../../../../plugin/observe/prometheus/probe.ts'
import type { Series } from '../../../../plugin/observe/prometheus/response-reader.ts'

const series = (labels: Readonly<Record<string, string>>, value: number): Series => ({
  labels,
  times: [0],
  values: [value],
})
const row = (node: string, resource: string, value: number): Series => series({ node, resource }, value)
const pod = (name: string, resource: string, value: number): Series =>
  series({ namespace: 'shop', pod: name, resource }, value)
const rows = [
  row('small', 'cpu', 4),
  row('small', 'memory', 16e9),
  row('big', 'cpu', 8),
  row('big', 'memory', 64e9),
  row('odd', 'cpu', Number.NaN),
  row('odd', 'memory', 900e9),
  pod('web-5d8f7c9b64-x7k2p', 'cpu', 0.5),
  pod('web-5d8f7c9b64-x7k2p', 'memory', 512),
  pod('web-5d8f7c9b64-bbbbb', 'cpu', 0.25),
  pod('web-5d8f7c9b64-bbbbb', 'memory', Number.POSITIVE_INFINITY),
  pod('alone', 'cpu', 7),
]

const { dialect } = chooseDialect([])
async function read(kubeState: 'none' | 'v1' | 'v2') {
  const asked: string[] = []
  const client = {
    instant: async (query: string) => {
      asked.push(query)
      return rows
    },
  } as unknown as Prometheus
  const selection = { labels: { cluster: 'prod' }, namespaces: ['shop'] }
  const find = workloadFinder(emptyOwners())
  const sizes = await readCurrentSizes(
    { client, selection, dialect: { ...dialect, kubeState } },
    { time: 0, find },
  )
  return { asked, ...sizes }
}

it('the largest nodes are those of kube-state-metrics, in the cluster of the settings', async () => {
  const { asked, nodes } = await read('v2')
  expect(nodes).toEqual([{ said: 'Node/big of kube-state-metrics', cpu: 8000, memory: 64e9 }])
  expect(asked).toHaveLength(1)
  expect(asked[0]).toContain(
    'max by (node,resource) (kube_node_status_allocatable{resource=~"cpu|memory",cluster="prod"}) or ',
  )
})

it('what the pods of a workload request is added up, and pods without a workload do not count', async () => {
  const { asked, requested } = await read('v2')
  expect([...requested]).toEqual([['shop/Deployment/web', { cpu: 750, memory: 512 }]])
  expect(asked[0]).toContain('{resource=~"cpu|memory",cluster="prod",namespace=~"shop"}')
  expect(asked[0]).toContain('unless on (namespace,pod) (kube_pod_status_phase{phase=~"Succeeded|Failed"')
})

it('an old kube-state-metrics has a metric for each resource; without it nothing is asked', async () => {
  const old = await read('v1')
  expect(old.nodes).toHaveLength(1)
  expect(old.asked[0]).toContain('kube_node_status_allocatable_cpu_cores{cluster="prod"}')
  expect(old.asked[0]).toContain('kube_pod_container_resource_requests_memory_bytes{cluster="prod"')
  expect(await read('none')).toEqual({ asked: [], nodes: [], requested: new Map() })
})

it('observations keep what else is known around them', () => {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
  const observation = { cluster: 'prod', workload } as never
  const requested = new Map([['shop/Deployment/web', { cpu: 1, memory: 2 }]])
  expect(withCurrentSizes([observation], { nodes: [], requested: new Map() })).toEqual([observation])
  const nodes = [{ said: 'Node/big', cpu: 1, memory: 1 }]
  const [one] = withCurrentSizes([observation], { nodes, requested })
  expect(one?.surroundings).toMatchObject({ quotas: [], nodes: [{ said: 'Node/big' }] })
  expect(one?.requested).toEqual({ cpu: 1, memory: 2 })
})
