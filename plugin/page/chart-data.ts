import { usageValues } from '../model/series.ts'
import { cpuScale, memoryScale } from '../model/sketch.ts'
import type { FleetUsage } from '../report/json/fleet.ts'

/** One line of a chart. */
export interface ChartLine {
  readonly name: string
  /** Colour and dashes: a class of the style. */
  readonly kind: string
  readonly values: readonly (number | null)[]
  readonly isStepped?: boolean
}

/** Lines over the same times, in seconds since 1970, and the top of the axis. */
export interface ChartData {
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly top: number
}

const day = 86_400
const mebibyte = 1024 ** 2

/** `2026-11-28` of a day since 1970. */
export const dayName = (of: number): string => new Date(of * day * 1000).toISOString().slice(0, 10)

/** The lines of a chart of usage; `undefined` where nothing is recorded by day or hour. */
export function chartData(usage: FleetUsage, resource: 'cpu' | 'memory'): ChartData | undefined {
  const { daily, hourly } = usage
  const hours = hourly && hourlyValues(hourly, resource)
  const times = hours?.times ?? dayTimes(daily)
  if (times.length < 2) return undefined
  const byDay = (values: readonly (number | null)[]) =>
    times.map((time) => values[Math.floor((time - 1) / day) - (daily?.first ?? 0)] ?? null)
  const used: readonly ChartLine[] = [
    ...(daily === undefined
      ? []
      : [
          { name: '95 % of each day is below', kind: 'p95', values: byDay(daily.p95), isStepped: true },
          { name: '99 % of each day is below', kind: 'p99', values: byDay(daily.p99), isStepped: true },
        ]),
    hours === undefined
      ? { name: 'Peak of each day', kind: 'peak', values: byDay(daily?.peak ?? []), isStepped: true }
      : { name: 'Busiest pod, by the hour', kind: 'peak', values: hours.values },
  ]
  const bounds = boundLines(usage)
  const highest = Math.max(
    usage.peak,
    ...bounds.filter(({ kind }) => kind.includes('request')).map(({ value }) => value),
  )
  const top =
    Math.max(highest, ...bounds.map(({ value }) => value).filter((value) => value <= highest * 2.5)) * 1.08
  const flat = bounds.map(({ name, kind, value }) => ({
    name: value > top ? `${name} (above the chart)` : name,
    kind,
    values: times.map(() => (value > top ? null : value)),
  }))
  return { times, lines: [...used, ...flat], top }
}

function boundLines({ request, newRequest, limit, newLimit }: FleetUsage) {
  const one = (name: string, kind: string, value: number | undefined) =>
    value === undefined ? [] : [{ name, kind, value }]
  return [
    ...one(
      newRequest === undefined ? 'Request' : 'Request now',
      newRequest === undefined ? 'new-request' : 'old-request',
      request,
    ),
    ...one('Proposed request', 'new-request', newRequest),
    ...one(
      newLimit === undefined ? 'Limit' : 'Limit now',
      newLimit === undefined ? 'new-limit' : 'old-limit',
      limit,
    ),
    ...one('Proposed limit', 'new-limit', newLimit),
  ]
}

/** Two times of each day, so that steps begin and end with it. */
function dayTimes(daily: FleetUsage['daily']): readonly number[] {
  if (daily === undefined) return []
  return daily.peak.flatMap((_, at) => [(daily.first + at) * day + 1, (daily.first + at + 1) * day])
}

function hourlyValues(hourly: NonNullable<FleetUsage['hourly']>, resource: 'cpu' | 'memory') {
  const unit = resource === 'cpu' ? 1 : mebibyte
  const found = usageValues(hourly, resource === 'cpu' ? cpuScale : memoryScale)
  const values = Array.from(found, (value) => (Number.isNaN(value) ? null : value / unit))
  return { values, times: values.map((_, at) => hourly.first + at * hourly.step) }
}
