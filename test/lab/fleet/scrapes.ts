import type { Fleet } from './fleet.ts'
import type { FleetWorkload } from './workload.ts'

/** The part of the fleet's history to scrape, and the step. Times are in Unix seconds, both ends included. */
export interface OpenMetricsOptions {
  readonly cluster: FleetWorkload['cluster']
  readonly from: number
  readonly to: number
  /** Seconds between samples of usage; the fleet's own step when absent. */
  readonly step?: number
  /**
   * Seconds between samples of what rarely changes (owners, sizes, restarts, pause containers). Default: an hour. In the last
   * six hours these have the finer step too, so that instant queries at the end find them.
   */
  readonly slowStep?: number
}

/** One time series with its samples, oldest first. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: Iterable<readonly [time: number, value: number]>
}

/** All series of one metric. */
export interface Family {
  /** The name in the samples. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly series: Iterable<Series>
}

/** A stretch of time in which a series exists; `to` is excluded. */
export interface Span {
  readonly workload: FleetWorkload
  readonly from: number
  readonly to: number
}

/** The scrapes of a span, each at a multiple of the step; a span that reaches the window's end has its sample there too. */
export function* scrapes(fleet: Fleet, options: OpenMetricsOptions, span: Span): Generator<number> {
  const step = options.step ?? fleet.window.step
  const end = span.to === fleet.window.to ? span.to + 1 : span.to
  const start = Math.ceil(Math.max(span.from, options.from) / step) * step
  for (let time = start; time < end && time <= options.to; time += step) {
    if (fleet.scraped(span.workload, time)) yield time
  }
}

/** The scrapes of what rarely changes. */
export function* slowScrapes(fleet: Fleet, options: OpenMetricsOptions, span: Span): Generator<number> {
  const { slowStep = 3600, to } = options
  let first = true
  for (const time of scrapes(fleet, options, span)) {
    if (first || time % slowStep === 0 || time >= to - 6 * 3600) yield time
    first = false
  }
}
