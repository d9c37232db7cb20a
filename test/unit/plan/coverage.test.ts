import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { coverageOf } from '../../../plugin/plan/coverage.ts'
import { observationWith } from '../recommend/builders.ts'
import { workloadOf } from './repository.ts'

const Gi = 1024 ** 3
const used = (name: string, more: Partial<Observation> = {}, namespace = 'shop'): Observation =>
  observationWith({
    containers: [{ container: 'app', oomKills: 0 }],
    workload: { ...workloadOf(name), namespace },
    ...more,
  })
const declaring = (id: string, names: readonly string[], more: Partial<Source> = {}) => ({
  source: { kind: 'plain', id, path: id, cluster: 'prod', namespace: 'shop', ...more },
  workloads: names.map((name) => ({
    workload: { ...workloadOf(name), namespace: more.namespace ?? 'shop' },
    containers: [],
  })),
})

describe('the coverage of a cluster', () => {
  it('counts workloads, and their share of what is requested', () => {
    const observations = [
      used('web', { requested: { cpu: 3000, memory: 4 * Gi } }),
      used('api', { requested: { cpu: 1000, memory: 4 * Gi } }),
    ]
    expect(coverageOf([declaring('apps', ['web', 'new'])], observations, [])).toMatchObject([
      { cluster: 'prod', used: 2, managed: 1, share: { cpu: 0.75, memory: 0.5 }, advice: [] },
    ])
    expect(coverageOf([declaring('apps', ['web'])], [used('web')], [])[0]?.share).toBeUndefined()
  })

  it('lists what is not managed, the largest first, with what would bring it in', () => {
    const observations = [
      used('small'),
      used('large', { requested: { cpu: 4000, memory: Gi }, rolledOutBy: 'HelmRelease shop/large' }),
      used('other', { requested: { cpu: 2000, memory: Gi }, rolledOutBy: 'Application argocd/other' }),
      used('web'),
    ]
    const failed = [{ source: 'HelmRelease large in clusters/prod', reason: 'its chart is not allowed' }]
    const [found] = coverageOf(
      [declaring('apps', ['web'])],
      observations,
      failed.map((one) => ({ ...one, workload: '' })),
    )
    expect(found?.unmanaged.map(({ workload, why }) => [workload.name, why])).toEqual([
      ['large', 'HelmRelease large in clusters/prod is skipped: its chart is not allowed'],
      [
        'other',
        'Application argocd/other rolls it out, which no source declares; add the file with that object to sources:',
      ],
      ['small', 'no source renders it; add the directory or file that deploys it to sources:'],
    ])
  })

  it('counts no workload without usage', () => {
    expect(
      coverageOf([declaring('apps', ['web'])], [used('web'), used('idle', { containers: [] })], []),
    ).toMatchObject([{ used: 1, managed: 1, unmanaged: [] }])
  })

  it('says nothing of a cluster for which there is no source', () => {
    expect(coverageOf([declaring('apps', ['web'], { cluster: 'staging' })], [used('web')], [])).toEqual([])
  })

  it('names the namespace in which workloads of a source have usage', () => {
    const [found] = coverageOf(
      [declaring('apps', ['web', 'api'], { namespace: 'default' })],
      [used('web'), used('api'), used('api', {}, 'other')],
      [],
    )
    expect(found).toMatchObject({ managed: 0 })
    expect(found?.advice).toEqual([
      'apps is in the namespace default by its settings, but 2 workloads of these names have usage in shop: set namespace: shop for it',
    ])
  })

  it('doubts the labels of a cluster in which nothing of any source has usage', () => {
    const [found] = coverageOf([declaring('apps', ['web'])], [used('db'), used('queue')], [])
    expect(found?.advice).toEqual([
      'none of the 1 workload that the sources of prod declare has usage, but 2 others do (shop/Deployment/db, shop/Deployment/queue): check labels: of the cluster, or that its usage is that of prod',
    ])
    expect(
      coverageOf([declaring('apps', ['web']), declaring('data', ['db'])], [used('db')], [])[0]?.advice,
    ).toEqual([])
  })
})
