import { podsByHourOfWeek } from '../../plugin/model/cron-schedule.ts'
import { packCounts } from '../../plugin/model/series.ts'
import { windowsOf } from '../../plugin/recommend/cron-windows.ts'
import { simulateHpa } from '../../plugin/recommend/hpa/simulate.ts'
import type { RecommendOptions } from '../../plugin/recommend/recommend-options.ts'
import { replicaSlots } from '../../plugin/recommend/replica-slots.ts'
import { days, request, type Service, slots, step } from './services.ts'

const [monday, half, least, utilization] = [Date.UTC(2026, 8, 7) / 1000, slots / 2, 2, 70]
const slotsOfHour = 3600 / step

/** What a lower bound of the pods did to the last two weeks of all services of a shape. */
interface ScheduleRow {
  readonly shape: string
  readonly rule: string
  readonly podHours: number
  /** Minutes a day in which the ready pods had more load than they request, on average over the services. */
  readonly overloadMinutes: number
  /** Triggers of a service, on average. */
  readonly windows: number
}

/** The lower bound of the pods in each hour of the week, from Monday 00:00. */
type Floors = readonly number[]

/** The last two weeks under lower bounds by hour. Each stretch with one bound is simulated by itself, from the pods before it. */
function simulated({ values, pods }: Service, floors: Floors) {
  const floorAt = (slot: number): number => floors[Math.floor(slot / slotsOfHour) % 168] ?? least
  let [podSeconds, overloadSeconds, replicas] = [0, 0, pods]
  for (let from = half; from < slots; ) {
    let to = from + 1
    while (to < slots && floorAt(to) === floorAt(from)) to += 1
    const scaler = { minReplicas: floorAt(from), maxReplicas: pods * 3, utilization, request }
    const part = simulateHpa({ values: values.slice(from, to), step }, scaler, { replicas })
    podSeconds += part.podSeconds
    overloadSeconds += part.overloadSeconds
    replicas = part.replicas.at(-1) ?? replicas
    from = to
  }
  return { podHours: podSeconds / 3600, overloadMinutes: overloadSeconds / 60 / (days / 2) }
}

/** The lower bounds that are compared, learnt from the first two weeks: none, the one for every hour, and cron triggers. */
function bounds(service: Service, options: RecommendOptions) {
  const { name, values, pods } = service
  const scaler = { minReplicas: least, maxReplicas: pods * 3, utilization, request }
  const { replicas } = simulateHpa({ values: values.slice(0, half), step }, scaler, { replicas: pods })
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'fleet', name }
  const series = packCounts({ first: monday + step, step }, replicas)
  const found = replicaSlots(
    { workload, containers: [], autoscaler: { minReplicas: least, targets: [] } },
    {
      ...{ cluster: 'fleet', workload, window: { from: '', to: '' }, days: days / 2, coverage: 1 },
      ...{ containers: [], replicas: { min: 0, max: 0, mean: 0, series } },
    },
    { ...options, replicaSlots: 'keda' },
  )
  const windows = windowsOf(found, { minimum: least, maximum: pods * 3 }) ?? []
  const highest = found.reduce((most, { minimum }) => Math.max(most, minimum), least)
  const scheduled = podsByHourOfWeek({ windows }).map((count) => Math.max(least, count))
  return [
    { rule: `minimum ${least}`, floors: [], windows: 0 },
    { rule: 'minimum for every hour', floors: new Array<number>(168).fill(highest), windows: 0 },
    { rule: 'cron triggers', floors: scheduled, windows: windows.length },
  ]
}

/** The rows of services, by shape and rule. */
export function scheduleRows(
  options: RecommendOptions,
  services: readonly Service[],
): readonly ScheduleRow[] {
  const all = services.flatMap((service) =>
    bounds(service, options).map((one) => ({
      ...one,
      shape: service.shape,
      ...simulated(service, one.floors),
    })),
  )
  const keys = new Map(all.map(({ shape, rule }) => [`${shape}\0${rule}`, { shape, rule }]))
  return [...keys.values()].map(({ shape, rule }) => {
    const own = all.filter((one) => one.shape === shape && one.rule === rule)
    const sum = (of: (one: (typeof own)[number]) => number): number =>
      own.reduce((total, one) => total + of(one), 0)
    return {
      ...{ shape, rule, podHours: Math.round(sum(({ podHours }) => podHours)) },
      overloadMinutes: Math.round((sum((one) => one.overloadMinutes) / own.length) * 10) / 10,
      windows: Math.round((sum((one) => one.windows) / own.length) * 10) / 10,
    }
  })
}

/** The rows as a Markdown table. */
export const scheduleTable = (rows: readonly ScheduleRow[]): string =>
  [
    '| load | lower bound | pod-hours | overload minutes a day | triggers |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ shape, rule, podHours, overloadMinutes, windows }) =>
        `| ${shape} | ${rule} | ${podHours} | ${overloadMinutes} | ${windows} |`,
    ),
  ].join('\n')
