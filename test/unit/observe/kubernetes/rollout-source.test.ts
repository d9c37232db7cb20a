import { describe, expect, it } from 'vitest'
import { type ObjectMetadata, sourceFinder } from '../../../../plugin/observe/kubernetes/rollout-source.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
const bare: ObjectMetadata = { labels: {}, annotations: {} }
const meta = (namespace: string, name: string) => ({ namespace, name, ownerReferences: [] })
const find = sourceFinder({
  applications: [
    {
      metadata: { ...meta('argocd', 'shop'), ownerReferences: [{ kind: 'ApplicationSet', name: 'all' }] },
      spec: {
        source: { repoURL: 'https://git.example/shop', path: 'overlays/prod', targetRevision: 'main' },
      },
      status: { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'listed' }] },
    },
  ],
  kustomizations: [
    {
      metadata: meta('flux-system', 'apps'),
      spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      status: { inventory: { entries: [{ id: 'shop_worker_apps_Deployment' }] } },
    },
  ],
  helmReleases: [],
  gitRepositories: [
    {
      metadata: meta('flux-system', 'fleet'),
      spec: { url: 'ssh://git.example/fleet', ref: { branch: 'main' } },
    },
  ],
})
const tracking = (id: string): ObjectMetadata => ({
  ...bare,
  annotations: { 'argocd.argoproj.io/tracking-id': id },
})

describe('the source of a live workload', () => {
  it('is the Application of its tracking id, with repository and generator', () => {
    expect(find(workload, tracking('shop:apps/Deployment:shop/web'))).toEqual({
      kind: 'Application',
      namespace: 'argocd',
      name: 'shop',
      by: 'tracking-id',
      generator: 'all',
      places: [{ repository: 'https://git.example/shop', path: 'overlays/prod', revision: 'main' }],
    })
    expect(find(workload, tracking('team_api:apps/Deployment:shop/web'))).toMatchObject({
      namespace: 'team',
      name: 'api',
      places: [],
    })
  })

  it.each(['shop:apps/Deployment:shop/other', 'shop:apps/ReplicaSet:shop/web', 'shop', ''])(
    'does not trust the tracking id %j that a controller may have copied',
    (id) => expect(find(workload, tracking(id))).toBeUndefined(),
  )

  it("is named by Flux's labels, a HelmRelease before the Kustomization that applied it", () => {
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'apps',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    expect(find(workload, { ...bare, labels })).toEqual({
      kind: 'Kustomization',
      namespace: 'flux-system',
      name: 'apps',
      by: 'label',
      places: [{ repository: 'ssh://git.example/fleet', revision: 'main', path: './apps' }],
    })
    const helm = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'shop' }
    expect(find(workload, { ...bare, labels: { ...labels, ...helm } })).toMatchObject({
      kind: 'HelmRelease',
      name: 'web',
    })
  })

  it('is found in inventories when the workload has no labels', () => {
    expect(find({ ...workload, name: 'worker' }, bare)).toMatchObject({
      kind: 'Kustomization',
      by: 'inventory',
    })
    expect(find({ ...workload, name: 'listed' }, bare)).toMatchObject({
      kind: 'Application',
      by: 'inventory',
    })
    expect(find(workload, bare)).toBeUndefined()
  })
})
