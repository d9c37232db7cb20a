import { describe, expect, it } from 'vitest'
import type { Field } from '../../../plugin/model/field.ts'
import { applyDecisions, type DecideChange, type SourceChange } from '../../../plugin/plan/apply-decisions.ts'
import { workloadOf } from './repository.ts'

const changeOf = (field: Field, more: Partial<SourceChange> = {}): SourceChange => ({
  verdict: 'change',
  source: 'prod',
  workload: workloadOf('api'),
  container: 'app',
  field,
  from: 500,
  to: 300,
  because: [],
  together: 'sizes',
  ...more,
})

const [cpu, memory] = [changeOf('requests.cpu'), changeOf('requests.memory')]
const skip = (field: Field, reason: string) => ({
  source: 'prod',
  namespace: 'default',
  workload: 'Deployment/api',
  field: `app ${field}`,
  reason,
})

/** Decides by field; a field that is not listed is accepted. */
const decideBy =
  (decisions: Partial<Record<Field, ReturnType<DecideChange>>>): DecideChange =>
  ({ field, to }) =>
    decisions[field] ?? { to }

describe('decisions of reviewers', () => {
  it('that accept everything keep all changes as they are', () => {
    expect(applyDecisions([cpu, memory], decideBy({}))).toEqual({ changes: [cpu, memory], skipped: [] })
  })

  it('replace a value, and the other fields of its change group stay', () => {
    const { changes, skipped } = applyDecisions([cpu, memory], decideBy({ 'requests.cpu': { to: 400 } }))
    expect(changes).toEqual([{ ...cpu, to: 400 }, memory])
    expect(skipped).toEqual([])
  })

  it('that skip a field skip its whole change group, and each field says why', () => {
    const { changes, skipped } = applyDecisions(
      [cpu, memory],
      decideBy({ 'requests.memory': { reason: 'snoozed until 2026-03-31 by ada in #1' } }),
    )
    expect(changes).toEqual([])
    expect(skipped).toEqual([
      skip('requests.cpu', 'changes together with app requests.memory, which is skipped'),
      skip('requests.memory', 'snoozed until 2026-03-31 by ada in #1'),
    ])
  })

  it('that skip several fields of a change group keep the reason of each', () => {
    const { skipped } = applyDecisions(
      [cpu, memory],
      decideBy({ 'requests.cpu': { reason: 'declined' }, 'requests.memory': { reason: 'ignored' } }),
    )
    expect(skipped).toEqual([skip('requests.cpu', 'declined'), skip('requests.memory', 'ignored')])
  })

  it.each<[string, Partial<SourceChange>]>([
    ['another change group', { together: 'go' }],
    ['another workload', { workload: workloadOf('web') }],
    ['another source', { source: 'staging' }],
  ])('that skip a field do not skip those of %s', (_what, more) => {
    const other = changeOf('requests.memory', more)
    const { changes, skipped } = applyDecisions(
      [cpu, other],
      decideBy({ 'requests.cpu': { reason: 'declined' } }),
    )
    expect(changes).toEqual([other])
    expect(skipped).toEqual([skip('requests.cpu', 'declined')])
  })
})
