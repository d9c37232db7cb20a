import { describe, expect, it } from 'vitest'
import { valueAt } from '../../plugin/model/json.ts'
import { kindIn, template } from './chart-ground.ts'

const usual = [443, 6443, 9090]

/** Ports of the second egress rule, which is that of servers, in the rendered NetworkPolicy. */
function egressPorts(version: 'v31' | 'v35', values: object): readonly unknown[] {
  const objects = template(values, version)
  const ports = valueAt(kindIn(objects, 'NetworkPolicy'), ['spec', 'egress', 1, 'ports'])
  return Array.isArray(ports) ? ports.map((one) => valueAt(one, ['port'])) : []
}

const settingsOf = (more: object): object => ({ settings: { deliver: { mode: 'report' }, ...more } })
const prometheus = (url: string): object => settingsOf({ clusters: [{ name: 'prod', prometheus: { url } }] })
const remote = (url: string): object => ({
  settings: { deliver: { mode: 'direct', base: 'main', remote: { url } } },
})

describe.each(['v31', 'v35'] as const)('the network policy with Helm %s', (version) => {
  it.each<[string, object, readonly number[]]>([
    ['nothing but the usual ones', settingsOf({}), usual],
    ['the port of a Prometheus', prometheus('http://thanos.monitoring:10902/api'), [...usual, 10902]],
    ['the port that a scheme has', prometheus('http://prometheus.monitoring/x?y=:99'), [...usual, 80]],
    ['the port of an address of IPv6', prometheus('https://[fd00::12]:8481/select'), [...usual, 8481]],
    ['a usual port once', prometheus('https://prometheus.example:6443'), usual],
    ['the port of the Git server', remote('https://git.example.com:8443/team/apps.git'), [...usual, 8443]],
    [
      'the ports of a proxy and of registries',
      {
        ...settingsOf({}),
        operatorSettings: {
          charts: { allow: ['registry.example:5000/charts', 'http://charts.example', 'fd00::1'] },
        },
        extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://user:8@proxy.example:3128' }],
      },
      [...usual, 80, 3128, 5000],
    ],
    [
      'the ports of the values alone, where settings are elsewhere',
      { existingConfigMap: 'own', networkPolicy: { egressPorts: [8080] } },
      [8080],
    ],
  ])('allows %s', (_name, values, ports) => {
    expect(egressPorts(version, values)).toEqual(ports)
  })
})
