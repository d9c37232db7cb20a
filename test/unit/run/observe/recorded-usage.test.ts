import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../config/schema.ts'
import type { Observation } from '../../../../plugin/model/observation.ts'
import { alikeText, clustersAlike } from '../../../../plugin/run/observe/clusters-alike.ts'
import { recordedFor } from '../../../../plugin/run/observe/recorded-usage.ts'

const observed = (cluster: string): Observation => ({
  cluster,
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
  days: 14,
  coverage: 1,
  containers: [],
  replicas: { min: 1, max: 1, mean: 1 },
})
const settingsOf = (names: readonly string[], cluster?: string) =>
  settingsSchema.parse({
    clusters: names.map((name) => ({ name })),
    sources: [{ path: 'apps', ...(cluster && { cluster }) }],
  })

function readFor(recorded: readonly string[], settings: ReturnType<typeof settingsOf>) {
  const warnings: string[] = []
  const usage = recordedFor({ observations: recorded.map(observed), readings: [] }, settings, (event) => {
    if (event.kind === 'warning') warnings.push(event.message)
  })
  return { clusters: usage.observations.map(({ cluster }) => cluster), warnings }
}

describe('recorded usage', () => {
  it('of several clusters is that of the only one in settings', () => {
    expect(readFor(['prod', 'staging'], settingsOf(['prod']))).toEqual({ clusters: ['prod'], warnings: [] })
  })

  it('of clusters in settings is taken whole', () => {
    expect(readFor(['prod', 'dev'], settingsOf(['prod', 'staging'], 'prod'))).toEqual({
      clusters: ['prod', 'dev'],
      warnings: [],
    })
  })

  it('of other clusters causes a warning with both names', () => {
    const { clusters, warnings } = readFor(['acme-prod'], settingsOf(['prod']))
    expect(clusters).toEqual(['acme-prod'])
    expect(warnings).toEqual([
      'the recorded usage is of acme-prod, and the settings name prod. Give the clusters in tortoise.yaml the names that the snapshot has',
    ])
  })

  it('of several clusters causes a warning for a source that names none', () => {
    expect(readFor(['prod', 'dev'], settingsOf([])).warnings).toEqual([
      'source apps has no cluster, and the recorded usage is of several. Add cluster: with one of: prod, dev',
    ])
    expect(readFor(['prod', 'dev'], settingsOf([], 'prod')).warnings).toEqual([])
    expect(readFor(['prod'], settingsOf([])).warnings).toEqual([])
    expect(readFor([], settingsOf(['prod'])).warnings).toEqual([])
  })
})

describe('clusters with one Prometheus', () => {
  const url = 'http://prometheus:9090'
  const alike = (...clusters: readonly object[]) => clustersAlike(settingsSchema.parse({ clusters }).clusters)

  it('have the same usage where the same labels select it', () => {
    const one = { name: 'prod', prometheus: { url } }
    const found = alike(one, { name: 'staging', prometheus: { url } }, { name: 'dev' }, { name: 'qa' })
    expect(found).toEqual([['prod', 'staging']])
    expect(found.map(alikeText)).toEqual([
      'clusters prod and staging have the same Prometheus with the same labels, so each is sized by the usage of all',
    ])
  })

  it.each<[string, object]>([
    ['another URL', { prometheus: { url: 'http://other:9090' } }],
    ['labels', { prometheus: { url, labels: { cluster: 'staging' } } }],
    ['headers of its tenant', { prometheus: { url, headers: { 'X-Scope-OrgID': 'staging' } } }],
    ['namespaces', { prometheus: { url }, kubernetes: { namespaces: ['staging'] } }],
    ['another source of usage', { prometheus: { url }, usage: ['metrics-server'] }],
  ])('differ by %s', (_, given) => {
    expect(alike({ name: 'prod', prometheus: { url } }, { name: 'staging', ...given })).toEqual([])
  })
})
