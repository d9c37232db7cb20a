import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CronSchedule, podsByHourOfWeek, scheduleOf } from '../../../plugin/model/cron-schedule.ts'
import { triggersOf } from '../../../plugin/model/cron-triggers.ts'
import { hourOfWeekIn } from '../../../plugin/recommend/local-hours.ts'
import { admit, hasKeda } from '../../lab/keda/admission.ts'
import { anyWindows } from './any-windows.ts'

const metadata = { name: 'api', namespace: 'shop' }
const containers = [{ name: 'app', resources: { requests: { cpu: '100m' } } }]
const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { template: { spec: { containers } } },
}
const scaled = (schedule: CronSchedule, more: object = {}) => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata,
  spec: {
    scaleTargetRef: { name: 'api' },
    minReplicaCount: 2,
    maxReplicaCount: 50,
    triggers: [
      { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } },
      ...triggersOf(schedule).map((one) => ({ type: 'cron', ...one })),
    ],
    ...more,
  },
})

const hour = 3600
/** The hours of two weeks from a time: their beginnings, and a time within each. */
const hoursFrom = (start: number): readonly number[] =>
  Array.from({ length: 336 }, (_, index) => [start + index * hour, start + index * hour + 1800]).flat()

/** The pods that KEDA keeps at each time, over all cron triggers. */
function keptBy(schedule: CronSchedule, times: readonly number[]): readonly number[] {
  const { refused, cron } = admit(scaled(schedule), { workload, times })
  expect(refused).toEqual([])
  return times.map((_, index) => Math.max(0, ...Object.values(cron).map((pods) => pods[index] ?? 0)))
}

function planned(schedule: CronSchedule, times: readonly number[]): readonly number[] {
  const [pods, hourOf] = [podsByHourOfWeek(schedule), hourOfWeekIn(schedule.timeZone)]
  return times.map((time) => pods[hourOf(time)] ?? 0)
}

// Built by `node test/lab/keda/build.mjs`; skipped where it is not.
describe.skipIf(!hasKeda())("KEDA's own admission and cron scaler", () => {
  it.each([
    '6 Mon-Fri 08:00-18:00, 4 Fri 22:00-06:00, 3 Sat 10:00-14:00 (Europe/Berlin)',
    '3 Mon 20:00-Thu 06:00, 5 Sat-Sun 00:00-24:00 (America/New_York)',
    '6 Mon-Sun 22:00-06:00 (Asia/Kolkata)',
  ])('accept %s, and keep its pods in its hours and in no others', (text) => {
    const schedule = scheduleOf(text)
    if (schedule === undefined) throw new Error(text)
    const times = hoursFrom(Date.UTC(2026, 5, 1) / 1000)
    expect(keptBy(schedule, times)).toEqual(planned(schedule, times))
  })

  it('do so for every schedule', () => {
    const times = hoursFrom(Date.UTC(2026, 0, 4) / 1000)
    fc.assert(
      fc.property(anyWindows, (windows) => {
        const schedule = { timeZone: 'UTC', windows }
        expect(keptBy(schedule, times)).toEqual(planned(schedule, times))
      }),
      { seed: 20, numRuns: 12 },
    )
  })

  it.each([
    ['begins', Date.UTC(2026, 2, 23) / 1000],
    ['ends', Date.UTC(2026, 9, 19) / 1000],
  ])('follow the clock when summer time %s', (_, start) => {
    const schedule = scheduleOf('6 Mon-Sun 08:00-18:00 (Europe/Berlin)')
    if (schedule === undefined) throw new Error('no schedule')
    const times = hoursFrom(start)
    expect(keptBy(schedule, times)).toEqual(planned(schedule, times))
  })

  it('refuse what the proof refuses: two triggers of one name, and a number as metadata', () => {
    const schedule = { timeZone: 'UTC', windows: [{ days: [1], from: 8, hours: 2, replicas: 3 }] }
    const [trigger] = triggersOf(schedule)
    const twice = [trigger, trigger].map((one) => ({ type: 'cron', ...one }))
    expect(admit(scaled(schedule, { triggers: twice }), { workload }).refused.join()).toContain(
      'is defined multiple times',
    )
    const number = [{ type: 'cron', ...trigger, metadata: { ...trigger?.metadata, desiredReplicas: 3 } }]
    expect(admit(scaled(schedule, { triggers: number }), { workload }).refused.join()).toContain(
      'desiredReplicas in body must be of type string',
    )
  })
})
