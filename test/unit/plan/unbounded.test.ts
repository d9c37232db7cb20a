import { describe, expect, it } from 'vitest'
import { onlyUsageKnown } from '../../../plugin/model/plan.ts'
import type { ProposedChange } from '../../../plugin/model/proposal.ts'
import { noSurroundings } from '../../../plugin/model/surroundings.ts'
import { unboundedBy } from '../../../plugin/plan/unbounded.ts'
import { observationWith } from '../recommend/builders.ts'
import { workloadOf } from './repository.ts'

const change = (
  cluster: string,
  field: ProposedChange['field'],
  from: string,
  to: string,
): ProposedChange => ({
  workload: workloadOf('api'),
  container: 'app',
  field,
  source: cluster,
  cluster,
  from,
  to,
  because: [],
  site: { kind: 'insert', file: 'a.yaml', line: 1, column: 1, document: 0, path: [] },
})
const raise = (cluster: string) => change(cluster, 'requests.memory', '1Gi', '1500Mi')

describe('what bounds no value', () => {
  it('is everything but usage for a cluster of which nothing else is known, where a request is raised', () => {
    const plain = observationWith({ containers: [] })
    const [prod, both] = [
      [plain],
      [plain, observationWith({ containers: [], surroundings: noSurroundings })],
    ] as const
    expect(unboundedBy(prod, [raise('prod'), raise('prod')])).toEqual([
      { cluster: 'prod', what: onlyUsageKnown },
    ])
    expect(unboundedBy(both, [raise('prod')])).toEqual([])
    expect(unboundedBy(prod, [change('prod', 'requests.memory', '2Gi', '1Gi')])).toEqual([])
    expect(unboundedBy(prod, [change('prod', 'limits.memory', '1Gi', '2Gi')])).toEqual([])
  })

  it('is what may not be read, once', () => {
    const unread = ['nodes may not be listed: no value is bounded by the size of the nodes']
    const one = observationWith({ containers: [], surroundings: { ...noSurroundings, unread } })
    expect(unboundedBy([one, one], [raise('prod')])).toEqual([{ cluster: 'prod', what: unread[0] }])
  })
})
