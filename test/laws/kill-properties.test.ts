import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../config/schema.ts'
import type { Decision, DecisionLog } from '../../plugin/deliver/pulls/decisions.ts'
import { resolveChange } from '../../plugin/deliver/pulls/resolve-change.ts'
import { changeKey } from '../../plugin/deliver/record/commit-message.ts'
import type { DeclaredWorkload } from '../../plugin/model/declared.ts'
import type { Change } from '../../plugin/model/recommendation.ts'
import { applyDecisions } from '../../plugin/plan/apply-decisions.ts'
import { type ProfileName, profiles } from '../../plugin/recommend/profiles/profiles.ts'
import { type RecommendSettings, recommend } from '../../plugin/recommend/recommend.ts'
import { decideBy, killedAt } from '../../plugin/run/deliver/decide.ts'
import { observationWith, recordedUsage, workload } from '../unit/recommend/builders.ts'

const seed = 20261121
const { profile: _, ...options } = settingsSchema.parse({}).recommend
const names = Object.keys(profiles) as ProfileName[]
const [Mi, day, days] = [1024 ** 2, 86_400, 14]
const end = Date.parse('2026-09-15T00:00:00Z')
const hourly = { first: end / 1000 - days * day + 3600, step: 3600, count: days * 24 }
const rules = { reconsider: 20, settle: 5, rememberDays: 90, now: new Date(end) }

const declared: DeclaredWorkload = {
  workload,
  containers: [
    {
      name: 'app',
      role: 'main',
      values: {
        'requests.cpu': '800m',
        'requests.memory': '512Mi',
        'limits.memory': '512Mi',
        'env.GOMEMLIMIT': '460MiB',
      },
    },
  ],
}

/** The workload, killed for want of memory so many days before the end of the window. */
const killed = (daysAgo: number | undefined) =>
  observationWith({
    containers: [
      {
        container: 'app',
        oomKills: 2,
        ...(daysAgo === undefined ? {} : { oomTimes: [end / 1000 - daysAgo * day] }),
        ...recordedUsage({ cpu: () => 700, memory: () => 505 * Mi }, hourly),
      },
    ],
    replicas: { min: 3, max: 3, mean: 3 },
  })

const changes = (
  profile: ProfileName,
  daysAgo: number | undefined,
  lastChange: RecommendSettings['lastChange'] = () => undefined,
): readonly Change[] =>
  recommend({ workloads: [declared] }, [killed(daysAgo)], {
    profile,
    options,
    rules: [],
    lastChange,
    guarded: true,
  }).filter((one): one is Change => one.verdict === 'change')

const ofMemory = (all: readonly Change[]) =>
  all
    .filter(({ field }) => field.endsWith('.memory') || field === 'env.GOMEMLIMIT')
    .map(({ field, to }) => [field, to])

const fields = ['requests.memory', 'limits.memory', 'env.GOMEMLIMIT'] as const
const kinds = ['proposed', 'merged', 'declined', 'snooze', 'pin', 'ignore', 'split', 'retry'] as const
const size = fc.integer({ min: 100, max: 2000 }).map((count) => `${count}Mi`)

/** Decisions about a value, each made a number of days before a time. */
const memories = (field: string, before: number) =>
  fc.array(
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        daysBefore: fc.double({ min: 0, max: 60, noNaN: true }),
        from: size,
        to: size,
        value: size,
      })
      .map(({ kind, daysBefore, from, to, value }): Decision => {
        const unit = (text: string) => (field === 'env.GOMEMLIMIT' ? text.replace('Mi', 'MiB') : text)
        return {
          kind,
          item: {
            key: changeKey({ workload, container: 'app', field } as never),
            from: unit(from),
            to: unit(to),
          },
          place: '#1',
          at: new Date(before - daysBefore * day * 1000).toISOString(),
          until: '2099-01-01T00:00:00Z',
          value: unit(value),
        }
      }),
    { maxLength: 8 },
  )

const logOf = (all: readonly Decision[]): DecisionLog => {
  const log = new Map<string, Decision[]>()
  for (const one of [...all].sort((a, b) => a.at.localeCompare(b.at)))
    log.set(one.item.key, [...(log.get(one.item.key) ?? []), one])
  return log
}

const inSource = (all: readonly Change[]) => all.map((one) => ({ ...one, source: 'apps' }))

describe.each(names)('under the rules of %s a raise of memory after an OOM kill', (profile) => {
  it('is wanted, and says which kill it answers', () => {
    const [raise] = changes(profile, 3).filter(({ field }) => field === 'requests.memory')
    expect(raise?.to).toBeGreaterThan(512 * Mi)
    expect(raise?.answersKill).toEqual({ days: 3, before: '2026-09-15T00:00:00Z' })
    expect(killedAt(raise ?? {})).toBe('2026-09-12T00:00:00.000Z')
  })

  it('is not delayed by any change that is older than the kill', () => {
    const wanted = new Map([1, 3, 8, 13].map((ago) => [ago, ofMemory(changes(profile, ago))]))
    const age = fc.option(fc.double({ min: 0.01, max: 60, noNaN: true }), { nil: undefined })
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 8, 13), age, age, age, (ago, ...older) => {
        const found = changes(profile, ago, ({ field }) => {
          const before = older[fields.indexOf(field as (typeof fields)[number])]
          return before === undefined ? undefined : ago + before
        })
        expect(ofMemory(found)).toEqual(wanted.get(ago))
      }),
      { seed, numRuns: 60 },
    )
  })

  it('is not skipped by any decision that is older than the kill, about any value of its change group', () => {
    const kill = end - 3 * day * 1000
    const wanted = changes(profile, 3)
    fc.assert(
      fc.property(fc.tuple(...fields.map((field) => memories(field, kill))), (all) => {
        const decide = decideBy(logOf(all.flat()), rules)
        const { skipped } = applyDecisions(inSource(wanted), (one) => decide(one, () => true))
        expect(skipped.filter(({ field }) => field?.includes('memory'))).toEqual([])
      }),
      { seed, numRuns: 200 },
    )
  })
})

describe('a value proposed after an OOM kill', () => {
  const key = changeKey({ workload, container: 'app', field: 'requests.memory' })
  const kill = end - 3 * day * 1000
  const raise = { key, from: 512 * Mi, to: 640 * Mi, killedAt: new Date(kill).toISOString() }

  it('is the wanted one, or that of the open pull request next to it, whatever was decided before', () => {
    fc.assert(
      fc.property(memories('requests.memory', kill), (all) => {
        const found = resolveChange(logOf(all), raise, rules)
        const to = 'to' in found ? found.to : 0
        expect(Math.abs(to / raise.to - 1) * 100).toBeLessThanOrEqual(rules.settle)
      }),
      { seed, numRuns: 1000 },
    )
  })

  const decided = (parts: Partial<Decision> & Pick<Decision, 'kind'>, hoursAfter = 1): DecisionLog =>
    logOf([
      {
        item: { key, from: '512Mi', to: '640Mi' },
        place: '#1',
        at: new Date(kill + hoursAfter * 3_600_000).toISOString(),
        by: 'ada',
        until: '2099-01-01T00:00:00Z',
        ...parts,
      },
    ])
  const lowered = { key, from: '512Mi', to: '400Mi' }

  it.each<readonly [string, DecisionLog, object]>([
    ['the raise was declined', decided({ kind: 'declined' }), { reason: 'declined at 640Mi: #1 was closed' }],
    ['the raise was ignored', decided({ kind: 'ignore' }), { reason: 'ignored by ada in #1' }],
    ['the raise was snoozed', decided({ kind: 'snooze' }), { reason: expect.stringMatching(/^snoozed/) }],
    [
      'the value was pinned',
      decided({ kind: 'pin', value: '512Mi' }),
      { reason: expect.stringMatching(/^pinned/) },
    ],
  ])('stays skipped when %s after the kill', (_name, log, expected) => {
    expect(resolveChange(log, raise, rules)).toEqual(expected)
  })

  it.each<readonly [string, DecisionLog]>([
    ['the raise was declined before it', decided({ kind: 'declined' }, -1)],
    ['the workload was ignored before it', decided({ kind: 'ignore' }, -1)],
    ['the value was snoozed before it', decided({ kind: 'snooze' }, -1)],
    ['the value was pinned before it', decided({ kind: 'pin', value: '512Mi' }, -1)],
    ['the same raise was reverted before it', decided({ kind: 'merged' }, -1)],
    ['a lowering was ignored after it', decided({ kind: 'ignore', item: lowered })],
    ['a lowering was snoozed after it', decided({ kind: 'snooze', item: lowered })],
    ['a decision has no readable time', decided({ kind: 'ignore', at: 'soon' })],
  ])('is proposed when %s', (_name, log) => {
    expect(resolveChange(log, raise, rules)).toEqual({ to: raise.to })
  })

  it('whose time is not known counts as at the start of the window', () => {
    const [one] = changes('steady', undefined).filter(({ field }) => field === 'requests.memory')
    expect(killedAt(one ?? {})).toBe('2026-09-01T00:00:00.000Z')
  })

  it('is not raised twice for one kill', () => {
    const rested = changes('steady', 3, ({ field }) => (field === 'requests.memory' ? 2 : undefined))
    expect(ofMemory(rested)).toEqual([])
  })
})
