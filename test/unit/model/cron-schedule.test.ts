import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CronWindow,
  inOrder,
  podHours,
  podsByHourOfWeek,
  scheduleOf,
  scheduleText,
  triggerOf,
} from '../../../plugin/model/cron-schedule.ts'
import { declaredSchedule, scheduleIn, triggersOf } from '../../../plugin/model/cron-triggers.ts'
import { printValue, readValue, sameValue, valueProblem } from '../../../plugin/model/value.ts'
import { anyWindows } from './any-windows.ts'

const office: CronWindow = { days: [1, 2, 3, 4, 5], from: 8, hours: 10, replicas: 6 }
const night: CronWindow = { days: [5], from: 22, hours: 8, replicas: 4 }
const long: CronWindow = { days: [1], from: 20, hours: 58, replicas: 3 }

const written = (windows: readonly CronWindow[], timeZone = 'UTC') => ({
  spec: { triggers: triggersOf({ windows, timeZone }).map((one) => ({ type: 'cron', ...one })) },
})

describe('a schedule', () => {
  it.each([
    [[office], '6 Mon-Fri 08:00-18:00 (UTC)'],
    [[night], '4 Fri 22:00-06:00 (UTC)'],
    [[long], '3 Mon 20:00-Thu 06:00 (UTC)'],
    [[{ ...office, days: [1, 3, 6, 0] }], '6 Mon/Wed/Sat-Sun 08:00-18:00 (UTC)'],
    [[{ ...office, from: 0, hours: 24, days: [2] }], '6 Tue 00:00-24:00 (UTC)'],
    [[], 'none'],
  ] as const)('%j is written as %s and read back', (windows, text) => {
    expect(scheduleText({ timeZone: 'UTC', windows })).toBe(text)
    expect(scheduleOf(text)?.windows).toEqual(windows)
    expect(scheduleIn(written(windows))).toBe(text)
  })

  it.each([
    'six',
    '6 Mon-Fri 08:00-18:00',
    '0 Mon-Fri 08:00-18:00 (UTC)',
    '6 Mon-Fri 8:00-18:00 (UTC)',
    '6 Fri-Mon 08:00-18:00 (UTC)',
    '6 Mon-Fri 08:00-18:00, 7 Tue 10:00-12:00 (UTC)',
    '3 Sat 10:00-14:00, 6 Mon-Fri 08:00-18:00 (UTC)',
  ])('%s is none, or is said in another way', (text) => {
    expect(scheduleOf(text)).toBeUndefined()
    expect(valueProblem('hpa.cron', text)).toContain('is not a schedule; write it as')
  })

  it('counts as its pods × hours a week', () => {
    expect(readValue('hpa.cron', '6 Mon-Fri 08:00-18:00, 4 Fri 22:00-06:00 (UTC)')).toBe(332)
    expect(readValue('hpa.cron', 'none')).toBe(0)
    expect(printValue('hpa.cron', 332)).toBe('332 pod-hours a week')
    expect(podHours({ windows: [long] })).toBe(174)
  })

  it('equals no other one with the same pod-hours', () => {
    expect(sameValue('hpa.cron', '6 Mon 08:00-10:00 (UTC)', '6 Tue 08:00-10:00 (UTC)')).toBe(false)
  })

  it('goes over the end of the week', () => {
    const pods = podsByHourOfWeek({ windows: [{ days: [0], from: 23, hours: 3, replicas: 2 }] })
    expect([0, 1, 2, 166, 167].map((hour) => pods[hour])).toEqual([2, 2, 0, 0, 2])
  })
})

describe('cron triggers', () => {
  it('begin and end in five fields, the end on the days after midnight', () => {
    expect(triggerOf(office, 'Europe/Berlin')).toEqual({
      name: 'tortoise-mon-fri-08',
      metadata: {
        timezone: 'Europe/Berlin',
        start: '0 8 * * 1-5',
        end: '0 18 * * 1-5',
        desiredReplicas: '6',
      },
    })
    expect(triggerOf({ ...night, days: [6, 0] }, 'UTC').metadata).toMatchObject({
      start: '0 22 * * 0,6',
      end: '0 6 * * 0-1',
    })
    expect(triggerOf({ ...office, days: [1, 2, 3, 4, 5, 6, 0] }, 'UTC').metadata.start).toBe('0 8 * * *')
  })

  it.each([
    ['another key', { metricType: 'AverageValue' }],
    ['another name', { name: 'tortoise-mine' }],
    ['half an hour', { metadata: { ...triggerOf(office, 'UTC').metadata, start: '30 8 * * 1-5' } }],
  ])('with %s were edited by a person', (_, edited) => {
    const trigger = { type: 'cron', ...triggerOf(office, 'UTC'), ...edited }
    expect(scheduleIn({ spec: { triggers: [trigger] } })).toBe('edited by a person')
    expect(readValue('hpa.cron', 'edited by a person')).toBeUndefined()
  })

  it('in two time zones were edited by a person', () => {
    const [one] = written([office]).spec.triggers
    const [other] = written([night], 'Europe/Berlin').spec.triggers
    expect(scheduleIn({ spec: { triggers: [one ?? null, other ?? null] } })).toBe('edited by a person')
  })

  it('of a person are none of ours', () => {
    const trigger = { type: 'cron', name: 'office', metadata: triggerOf(office, 'UTC').metadata }
    expect(scheduleIn({ spec: { triggers: [trigger] } })).toBe('none')
  })

  const object = (spec: object) => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    spec: { minReplicaCount: 2, triggers: [{ type: 'cpu' }], ...spec },
  })

  it.each([
    ['scales to zero', { minReplicaCount: 0 }, 'may scale to fewer pods'],
    ['has an idle number of pods', { idleReplicaCount: 1 }, 'may scale to fewer pods'],
    ['has a schedule by hand', { triggers: [{ type: 'cron', metadata: {} }] }, 'that a person wrote'],
    ['has a formula', { advanced: { scalingModifiers: { formula: 'a' } } }, 'A formula'],
  ])('are not for a ScaledObject that %s', (_, spec, obstacle) => {
    expect(declaredSchedule(object(spec))?.obstacle).toContain(obstacle)
    expect(declaredSchedule(object({}))).toEqual({ text: 'none' })
    expect(declaredSchedule({ ...object({}), kind: 'Deployment' })).toBeUndefined()
  })
})

it('every schedule is read back from its text and from its triggers', () => {
  fc.assert(
    fc.property(anyWindows, (all) => {
      const schedule = { timeZone: 'Asia/Tokyo', windows: inOrder(all) }
      const text = scheduleText(schedule)
      expect(scheduleOf(text)).toEqual(schedule)
      expect(scheduleIn(written(all, 'Asia/Tokyo'))).toBe(text)
    }),
    { seed: 20, numRuns: 300 },
  )
})
