import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredAutoscaler } from '../../../plugin/model/declared.ts'
import type { PastValue } from '../../../plugin/model/past-edit.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { type RecommendSettings, recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, workload } from './builders.ts'

const options = settingsSchema.parse({ recommend: { replicaSlots: 'keda' } }).recommend
/** End of the first hour of a Monday, in seconds since 1970. */
const monday = Date.UTC(2026, 8, 7, 1) / 1000
const office = '6 Mon-Fri 08:00-18:00 (UTC)'

/** The pods of two weeks: so many in working hours, two in others. */
const counts = (busy: number): readonly number[] =>
  Array.from({ length: 336 }, (_, hour) => {
    const isWork = Math.floor(hour / 24) % 7 < 5 && hour % 24 >= 8 && hour % 24 < 18
    return isWork ? busy : 2
  })

interface Case {
  readonly text?: string
  readonly scaler?: Partial<DeclaredAutoscaler>
  readonly busy?: number
  /** The pods of each hour of two weeks. */
  readonly pods?: readonly number[]
  readonly days?: number
  readonly settings?: Partial<RecommendSettings>
  readonly unhealthy?: string
}

const decide = (given: Case) => decideAll(given).find(({ field }) => field === 'hpa.cron')

function decideAll({
  text = 'none',
  scaler = {},
  busy = 12,
  days = 14,
  settings = {},
  unhealthy,
  ...given
}: Case) {
  const autoscaler = { minReplicas: 2, maxReplicas: 20, targets: [], schedule: { text }, ...scaler }
  const container = { name: 'app', role: 'main' as const, values: { 'requests.cpu': '1' } }
  const series = packCounts({ first: monday, step: 3600 }, given.pods ?? counts(busy))
  const observation = observationWith({
    containers: [{ container: 'app', oomKills: 0 }],
    replicas: { min: 2, max: busy, mean: 4, series },
    days,
    ...(unhealthy === undefined ? {} : { unhealthy }),
  })
  return recommend(
    { cluster: 'prod', workloads: [{ workload, containers: [container], autoscaler }] },
    [observation],
    { options, rules: [], lastChange: () => undefined, ...settings },
  )
}

describe('cron triggers of a ScaledObject', () => {
  it('become the replica slots of the week, half of the most pods that ran', () => {
    expect(decide({})).toMatchObject({
      ...{ verdict: 'change', from: 0, to: 300, written: office, together: 'cron triggers' },
      because: [{ rule: 'cron.slots', text: expect.stringContaining(office) }],
    })
  })

  it('are in the hours of the time zone in the settings, over summer time', () => {
    const cronTriggers = { timeZone: 'America/New_York', minimumChange: 20 }
    expect(decide({ settings: { options: { ...options, cronTriggers } } })).toMatchObject({
      written: '6 Mon-Fri 04:00-14:00 (America/New_York)',
    })
  })

  it('stay while they are as written', () => {
    expect(decide({ text: office })).toMatchObject({ verdict: 'keep', from: 300 })
  })

  it.each([
    [13, 'keep', 'cron.steady'],
    [16, 'change', 'cron.slots'],
  ])('with %d pods in the busy hours: %s', (busy, verdict, rule) => {
    const found = decide({ text: office, busy })
    expect(found?.verdict).toBe(verdict)
    expect(found).toMatchObject({ because: expect.arrayContaining([expect.objectContaining({ rule })]) })
  })

  it('are written again for another time zone', () => {
    expect(decide({ text: '6 Mon-Fri 08:00-18:00 (Europe/Berlin)' })).toMatchObject({ written: office })
  })

  it('are taken out where the hours no longer differ', () => {
    expect(decide({ text: office, busy: 2 })).toMatchObject({ verdict: 'change', to: 0, written: 'none' })
  })

  it('stay where the hours differ too much for a few windows', () => {
    const pods = Array.from({ length: 336 }, (_, hour) => 4 + ((hour % 168) ** 3 % 97))
    expect(decide({ text: office, pods, scaler: { maxReplicas: 100 } })).toMatchObject({
      ...{ verdict: 'keep', from: 300 },
      because: [{ rule: 'cron.uneven', text: expect.stringContaining('6 windows a week') }],
    })
  })

  it('are capped at the maximum', () => {
    expect(decide({ scaler: { maxReplicas: 5 } })).toMatchObject({ written: '5 Mon-Fri 08:00-18:00 (UTC)' })
  })

  it.each([
    ['the setting is off', { settings: { options: { ...options, replicaSlots: 'weekly' as const } } }],
    ['the autoscaler is an HPA', { scaler: { schedule: undefined } as never }],
  ])('are not spoken of where %s', (_, given) => {
    expect(decide(given)).toBeUndefined()
  })

  it.each([
    ['a person edited them', { text: 'edited by a person' }, 'edited by a person'],
    ['there are five days', { days: 5 }, 'A schedule needs 7 days'],
    ['the workload is not healthy', { unhealthy: 'it crashes' }, 'Skipped: it crashes'],
  ])('are undecided where %s', (_, given, missing) => {
    expect(decide(given)).toMatchObject({ verdict: 'unsure', missing: expect.stringContaining(missing) })
  })

  it('are kept where the ScaledObject may scale to zero, or scaling is off', () => {
    const obstacle = 'It may scale to zero.'
    expect(decide({ scaler: { schedule: { text: 'none', obstacle } } })).toMatchObject({
      verdict: 'keep',
      because: [{ rule: 'cron.kept', text: obstacle }],
    })
    expect(decide({ settings: { rules: [{ match: {}, cpu: 'Off' }] } })).toMatchObject({
      verdict: 'keep',
      because: [{ rule: 'policy.off' }],
    })
  })

  const raised = (more: Partial<PastValue>): PastValue => ({
    ...{ from: '2', to: '20', at: '2026-09-14T00:00:00Z', daysAgo: 1, rules: [], commit: 'a1' },
    ...more,
  })

  it.each([
    ['an emergency', raised({ emergency: { until: '2026-09-16T00:00:00Z', daysLeft: 1 } })],
    ['a planned event', raised({ rules: ['event.on'] })],
  ])('wait while %s sets the minimum', (_, past) => {
    const pastValues: RecommendSettings['pastValues'] = ({ field }) =>
      field === 'hpa.minReplicas' ? [past] : []
    expect(decide({ text: office, scaler: { minReplicas: 20 }, settings: { pastValues } })).toMatchObject({
      verdict: 'keep',
      because: [{ rule: 'cron.waits' }],
    })
  })

  it('wait some days after they were lowered, and not before they are raised', () => {
    const settings = { lastChange: () => 1 }
    expect(decide({ text: office, busy: 8, settings })).toMatchObject({ verdict: 'keep' })
    expect(decide({ text: office, busy: 18, settings })).toMatchObject({ verdict: 'change' })
  })

  it('of the profile `tortoise` are over the lowest slot, and the minimum falls to it once they are in Git', () => {
    const settings = { profile: 'tortoise' as const }
    const first = decideAll({ settings, scaler: { minReplicas: 3 } })
    const written = '6 Mon-Fri 17:00-03:00 (Asia/Tokyo)'
    expect(first.find(({ field }) => field === 'hpa.cron')).toMatchObject({ written })
    expect(first.find(({ field }) => field === 'hpa.minReplicas')).toMatchObject({
      because: [{ rule: 'tortoise.slots', text: expect.stringContaining('The highest') }],
    })
    const next = decideAll({ settings, text: written, scaler: { minReplicas: 6 } })
    expect(next.find(({ field }) => field === 'hpa.minReplicas')).toMatchObject({
      because: [{ rule: 'tortoise.slots', text: expect.stringContaining('The lowest') }],
    })
    // One that does not cover an hour that needs pods keeps the minimum.
    const short = '6 Mon-Fri 17:00-23:00 (Asia/Tokyo)'
    expect(
      decideAll({ settings, text: short, scaler: { minReplicas: 6 } }).find(
        ({ field }) => field === 'hpa.minReplicas',
      ),
    ).toMatchObject({ because: [{ text: expect.stringContaining('The highest') }] })
  })
})
