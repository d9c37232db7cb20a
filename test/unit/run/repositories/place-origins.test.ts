import { describe, expect, it } from 'vitest'
import type { LiveOrigin } from '../../../../plugin/observe/kubernetes/live-origins.ts'
import { placeOrigins } from '../../../../plugin/run/repositories/place-origins.ts'

const origin = (by: string, at: string, cluster?: string): LiveOrigin => ({
  repository: 'https://git.example.com/acme/shop',
  revision: 'main',
  by,
  at,
  ...(cluster === undefined ? {} : { cluster }),
})
const read = ['hub', 'prod', 'staging']
const clustersOf = (origins: readonly LiveOrigin[]) =>
  placeOrigins(origins, read).placed.map(({ by, clusters }) => `${by}: ${clusters.join(' ')}`)

describe('the clusters of an origin', () => {
  it('are that to which it is rolled out', () => {
    expect(clustersOf([origin('Application argocd/web', 'hub', 'prod')])).toEqual([
      'Application argocd/web: prod',
    ])
  })

  it('are those without objects of their own where Flux rolls out with a kubeConfig', () => {
    const own = origin('Kustomization flux-system/hub', 'hub', 'hub')
    const remote = origin('Kustomization flux-system/spokes', 'hub')
    expect(clustersOf([own, remote])).toEqual([
      'Kustomization flux-system/hub: hub',
      'Kustomization flux-system/spokes: prod staging',
    ])
    const inProd = origin('Kustomization flux-system/prod', 'prod', 'prod')
    expect(clustersOf([own, remote, inProd])).toContain('Kustomization flux-system/spokes: staging')
  })

  it('are unknown for an Application that no settings lead to, which is skipped with what to set', () => {
    const { placed, skipped } = placeOrigins([origin('Application argocd/dev', 'hub')], read)
    expect(placed).toEqual([])
    expect(skipped).toMatchObject([{ reason: expect.stringContaining('applications: { cluster: hub }') }])
  })

  it('are known where another cluster claims the Application of the hub', () => {
    const both = [origin('Application argocd/web', 'hub'), origin('Application argocd/web', 'hub', 'prod')]
    expect(placeOrigins(both, read)).toMatchObject({ placed: [{ clusters: ['prod'] }], skipped: [] })
  })

  it('show nothing of a cluster to which no object rolls out', () => {
    expect(placeOrigins([origin('Application argocd/web', 'hub', 'prod')], read).known).toEqual(['prod'])
  })
})
