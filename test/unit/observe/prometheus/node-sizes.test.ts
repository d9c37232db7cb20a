import { expect, it } from 'vitest'
import type { Prometheus } from '../../../../plugin/observe/prometheus/client.ts'
import { readNodeSizes, withNodeSizes } from '../../../../plugin/observe/prometheus/node-sizes.ts'
import { chooseDialect } from '../../../../plugin/observe/prometheus/probe.ts'
import type { Series } from '../../../../plugin/observe/prometheus/response-reader.ts'

const row = (node: string, resource: string, value: number): Series => ({
  labels: { node, resource },
  times: [0],
  values: [value],
})
const rows = [
  row('small', 'cpu', 4),
  row('small', 'memory', 16e9),
  row('big', 'cpu', 8),
  row('big', 'memory', 64e9),
  row('odd', 'cpu', Number.NaN),
  row('odd', 'memory', 900e9),
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
  const selection = { labels: { cluster: 'prod' } }
  return { asked, nodes: await readNodeSizes({ client, selection, dialect: { ...dialect, kubeState } }, 0) }
}

it('the largest nodes are those of kube-state-metrics, in the cluster of the settings', async () => {
  const { asked, nodes } = await read('v2')
  expect(nodes).toEqual([{ said: 'Node/big of kube-state-metrics', cpu: 8000, memory: 64e9 }])
  expect(asked).toEqual([
    'max by (node,resource) (kube_node_status_allocatable{resource=~"cpu|memory",cluster="prod"})',
  ])
})

it('an old kube-state-metrics has a metric for each resource; without it nothing is asked', async () => {
  const old = await read('v1')
  expect(old.nodes).toHaveLength(1)
  expect(old.asked[0]).toContain('kube_node_status_allocatable_cpu_cores{cluster="prod"}')
  expect(await read('none')).toEqual({ asked: [], nodes: [] })
})

it('observations keep what else is known around them', () => {
  const observation = { cluster: 'prod' } as never
  expect(withNodeSizes([observation], [])).toEqual([observation])
  const [one] = withNodeSizes([observation], [{ said: 'Node/big', cpu: 1, memory: 1 }])
  expect(one?.surroundings).toMatchObject({ quotas: [], nodes: [{ said: 'Node/big' }] })
})
