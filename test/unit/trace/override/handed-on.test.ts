import { describe, expect, it } from 'vitest'
import { handedOn } from '../../../../plugin/trace/override/handed-on.ts'
import { pathThatSets } from '../../../../plugin/trace/override/trial-values.ts'
import { chartSource, deployment, traceIn, world } from '../builders.ts'

const files = {
  'parent/chart.yaml': '{}',
  'parent/values.yaml': 'apps: [{name: web, values: {a: 1}}, {name: api}]\n',
  'parent/template.yaml': 'kind: ConfigMap\nmetadata: {name: x}\n',
}
const values = { apps: [{ name: 'web', values: { a: 1 } }, { name: 'api' }] }

describe('trial keys', () => {
  it('never reach what all objects share, whatever names templates and values have', async () => {
    const mappings = [
      ['__proto__'],
      ['apps', 0, '__proto__'],
      ['apps', 1, 'constructor', 'prototype'],
      ['apps', '__proto__', 'x'],
    ]
    await handedOn({ source: chartSource('parent'), values, mappings }, world(files))
    const made = world({
      'web/chart.yaml': '{}',
      'web/values.yaml': 'cpu: 1\n',
      'web/template.yaml': deployment('web', 'resources: {requests: {cpu: <% values.cpu %>}}'),
    })
    const traced = await traceIn(made, chartSource('web'))
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
    const address = { workload, container: 'app', field: 'requests.cpu' } as const
    await pathThatSets(address, [['__proto__', 'resources', 'cpu']], { traced, ports: made })
    const shared = [Object.prototype, Array.prototype, Object].flatMap((one) => Object.keys(one))
    expect(shared).toEqual([])
    expect(Object.keys(values)).toEqual(['apps'])
  })
})
