import { describe, expect, it } from 'vitest'
import type { ScalarSite } from '../../../plugin/model/site.ts'
import type { SourceChange } from '../../../plugin/plan/apply-decisions.ts'
import { holdEdited } from '../../../plugin/plan/hold-edited.ts'
import type { TracedChange } from '../../../plugin/plan/traced-change.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }

function change(field: SourceChange['field'], more: Partial<SourceChange> = {}): SourceChange {
  const together = field.endsWith('cpu') ? 'cpu of app' : 'memory of app'
  return {
    workload,
    container: 'app',
    field,
    verdict: 'change',
    from: 2,
    to: 1,
    because: [],
    together,
    source: 'apps',
    ...more,
  }
}

function traced(one: SourceChange, line: number): TracedChange {
  const site: ScalarSite = {
    kind: 'scalar',
    file: 'web.yaml',
    line,
    column: 1,
    document: 0,
    path: [one.field],
    range: [0, 1],
    text: '2',
  }
  const { container = '', field } = one
  const address = { workload, container, field }
  const trace = {
    ...address,
    source: 'apps',
    value: '2',
    site,
    override: null,
    chosen: 'site',
    reach: { sources: ['apps'], containers: 1 },
    sharedWith: [],
  } as const
  return { ...address, to: 1, trace, change: one }
}

const hold = (changes: readonly SourceChange[], edited: string, daysAgo = 1, holdDays = 7) =>
  holdEdited(
    changes.map((one, index) => traced(one, index + 1)),
    changes,
    {
      holdDays,
      keyOf: ({ field }) => field,
      personEdit: async (_site, key) =>
        key === edited ? { by: 'ann', at: '2026-05-30T10:00:00.000Z', daysAgo } : undefined,
    },
  )

describe('a value that a person changed', () => {
  const changes = [change('requests.cpu'), change('requests.memory'), change('limits.memory')]

  it('is held with its change group, and the reason names who and when', async () => {
    const { open, skipped } = await hold(changes, 'limits.memory')
    expect(open.map(({ field }) => field)).toEqual(['requests.cpu'])
    expect(skipped.map(({ field, place, reason }) => [field, place, reason])).toEqual([
      [
        'app requests.memory',
        'web.yaml:2:1',
        'ann changed app limits.memory on 2026-05-30; it is held for 7 days',
      ],
      ['app limits.memory', 'web.yaml:3:1', 'ann changed this value on 2026-05-30; it is held for 7 days'],
    ])
  })

  it('is free after the days of the settings', async () => {
    expect((await hold(changes, 'limits.memory', 7)).skipped).toEqual([])
    expect((await hold(changes, 'limits.memory', 1, 0)).skipped).toEqual([])
  })

  it('is raised for an OOM kill that is newer than the edit, not for an older one', async () => {
    const killed = (days: number) => [
      change('requests.memory', { to: 3, answersKill: { days, before: '2026-06-01T00:00:00Z' } }),
    ]
    expect((await hold(killed(0.5), 'requests.memory')).skipped).toEqual([])
    expect((await hold(killed(3), 'requests.memory')).skipped).toHaveLength(1)
  })
})
