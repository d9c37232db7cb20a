import { describe, expect, it } from 'vitest'
import type { Coverage } from '../../../plugin/model/coverage.ts'
import { jointCoverage } from '../../../plugin/model/joint-coverage.ts'

const sizes: Readonly<Record<string, number>> = { a: 100, b: 200, c: 300, d: 400 }
const whole = 1000

/** What a plan covers that declares some of the workloads `a` to `d` of a cluster. */
function coverage(cluster: string, managed: string): Coverage {
  const unmanaged = Object.keys(sizes).filter((name) => !managed.includes(name))
  const rest = unmanaged.reduce((sum, name) => sum + (sizes[name] ?? 0), 0)
  const share = 1 - rest / whole
  return {
    cluster,
    used: 4,
    managed: managed.length,
    share: { cpu: share, memory: share },
    unmanaged: unmanaged.map((name) => ({
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name },
      requested: { cpu: sizes[name] ?? 0, memory: sizes[name] ?? 0 },
      why: 'no source renders it',
    })),
    advice: ['of one repository alone'],
  }
}

describe('the coverage of several repositories together', () => {
  it.each([
    [['ab', 'c'], 3, 0.6],
    [['a', 'a'], 1, 0.1],
    [['ab', 'cd'], 4, 1],
    [['abcd', ''], 4, 1],
    [['', ''], 0, 0],
  ])('of %j counts a workload that one of them declares', (plans, managed, share) => {
    const [found, ...more] = jointCoverage(plans.map((one) => [coverage('prod', one)]))
    expect(more).toEqual([])
    expect(found).toMatchObject({ cluster: 'prod', used: 4, managed, advice: [] })
    expect(found?.share?.cpu).toBeCloseTo(share)
    expect(found?.unmanaged).toHaveLength(4 - managed)
  })

  it('is by cluster', () => {
    const found = jointCoverage([[coverage('prod', 'ab')], [coverage('staging', 'c'), coverage('prod', 'd')]])
    expect(found.map(({ cluster, managed }) => `${cluster} ${managed}`)).toEqual(['prod 3', 'staging 1'])
  })
})
