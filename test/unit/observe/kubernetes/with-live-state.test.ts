import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import type { LiveCluster } from '../../../../plugin/observe/kubernetes/live.ts'
import { withLive } from '../../../../plugin/observe/kubernetes/with-live-state.ts'

describe('withLive', () => {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
  const observation: Observation = {
    cluster: 'prod',
    workload,
    window: { from: '2026-09-01T00:00:00Z', to: '2026-09-03T00:00:00Z' },
    days: 2,
    coverage: 1,
    containers: [],
  }
  const live: LiveCluster = {
    cluster: 'prod',
    workloads: [{ workload, unhealthy: 'not ready' }],
    replicaSets: new Map(),
    jobs: new Map(),
    pods: new Map(),
    bounds: [],
    declarations: [],
    unread: [],
  }

  it('adds the policies of a Tortoise', () => {
    const policies = [{ resource: 'cpu', policy: 'Off', said: 'Tortoise/web in the cluster' }] as const
    const governed = { ...live, workloads: [{ workload, tortoise: { name: 'web', policies } }] }
    expect(withLive([observation], governed)).toEqual([{ ...observation, policies }])
  })

  it('marks the workload in its own cluster, and keeps data from metrics', () => {
    const crashing = { ...observation, unhealthy: 'container web is in CrashLoopBackOff' }
    const elsewhere = { ...observation, cluster: 'staging' }
    const other = { ...observation, workload: { ...workload, name: 'api' } }
    expect(withLive([observation, crashing, elsewhere, other], live)).toEqual([
      { ...observation, unhealthy: 'not ready' },
      crashing,
      elsewhere,
      other,
    ])
  })
})
