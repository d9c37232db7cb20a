import { describe, expect, it } from 'vitest'
import type { Proposal, ProposedChange } from '../../../plugin/model/proposal.ts'
import type { SourceChange } from '../../../plugin/plan/apply-decisions.ts'
import { mergeProposed } from '../../../plugin/plan/merge-proposed.ts'
import type { Proposed } from '../../../plugin/plan/propose-changes.ts'
import { workloadOf } from './repository.ts'

const change = (source: string) =>
  ({ source, workload: workloadOf(source), container: 'app', field: 'requests.cpu' }) as const
const proposal = (source: string): Proposal => ({
  changes: [change(source) as never as ProposedChange],
  edits: [{ file: `${source}.yaml`, before: '', after: 'x' }],
  proof: { verdict: 'proved', sources: [source], moved: [], missing: [], unexpected: [], failed: [] },
})
const order = {
  changes: ['a', 'b', 'c'].map((source) => change(source) as never as SourceChange),
  sources: ['a', 'b', 'c'],
}

describe('what was proposed for groups', () => {
  it('becomes one proposal in the order of the plan', () => {
    const all: Proposed[] = ['c', 'a'].map((source) => ({
      proposal: proposal(source),
      skipped: [],
      reads: ['shared', source],
    }))
    const merged = mergeProposed(all, order)
    expect(merged?.proposal?.changes.map(({ source }) => source)).toEqual(['a', 'c'])
    expect(merged?.proposal?.proof).toMatchObject({ verdict: 'proved', sources: ['a', 'c'] })
    expect(merged?.reads).toEqual(['shared', 'c', 'a'])
  })

  it('has one part for each scope', () => {
    const all: Proposed[] = ['c', 'a', 'b'].map((source) => ({
      proposal: proposal(source),
      parts: [{ scope: source === 'b' ? 'other' : 'team', proposal: proposal(source) }],
      skipped: [],
    }))
    const parts = mergeProposed(all, order)?.parts ?? []
    expect(parts.map(({ scope }) => scope)).toEqual(['other', 'team'])
    expect(parts[1]?.proposal.edits.map(({ file }) => file)).toEqual(['c.yaml', 'a.yaml'])
  })

  it('is nothing where no group has changes, and no proposal where none is accepted', () => {
    expect(mergeProposed([], order)).toBeUndefined()
    expect(mergeProposed([{ skipped: [] }], order)).toEqual({ skipped: [], reads: [] })
  })
})
