/**
 * The strategies of Robusta KRR. They take CPU in cores and return millicores; memory is in bytes.
 * Source: https://github.com/robusta-dev/krr/tree/main/robusta_krr/strategies
 */

const mebibyte = 1024 ** 2

/** The data of one container that a strategy checks. */
export interface KrrUsage {
  /** Number of samples of each pod; fewer than 100 in total are too few. */
  readonly points: readonly number[]
  readonly hpaTargets: boolean
}

/** The text that KRR prints instead of a value, checked in KRR's order; `undefined` when it recommends a value. */
export function krrRefuses({ points, hpaTargets }: KrrUsage): string | undefined {
  const total = points.reduce((sum, count) => sum + count, 0)
  if (total === 0) return 'No data'
  if (total < 100) return 'Not enough data'
  return hpaTargets ? 'HPA detected' : undefined
}

/** CPU request in millicores: rounded up, and 10m at least. */
export const krrCpu = (cores: number): number => Math.max(10, Math.ceil(withoutFloatError(cores * 1000)))

/** Memory request in bytes: the peak with 15 %, at least 1.25 × the limit of an OOM kill, in whole MiB, and 100 MiB at least. */
export function krrMemory(peak: number, killedLimit?: number): number {
  const wanted = Math.max(peak * 1.15, (killedLimit ?? 0) * 1.25)
  return Math.max(100, Math.ceil(withoutFloatError(wanted / mebibyte))) * mebibyte
}

const withoutFloatError = (value: number): number => Math.round(value * 1e9) / 1e9

/** The quantile in KRR's query: its percentile as a share with two decimals. */
export const krrQueryShare = (percentile: number): number => Number((percentile / 100).toFixed(2))

/** A percentile by linear interpolation between samples, as numpy computes it. `samples` need not be sorted. */
export function interpolatedPercentile(samples: readonly number[], percentile: number): number {
  const sorted = [...samples].sort((one, other) => one - other)
  const at = ((sorted.length - 1) * percentile) / 100
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return low + (high - low) * (at - Math.floor(at))
}

/** KRR's severity of a difference. */
export type KrrSeverity = 'critical' | 'warning' | 'ok' | 'good' | 'unknown'

const steps = { cpu: [0.5, 0.25, 0.1], memory: [500 * mebibyte, 250 * mebibyte, 100 * mebibyte] } as const

/** Severity of a difference in cores or bytes. `undefined` means not set, `?` unknown. */
export function krrSeverity(
  resource: 'cpu' | 'memory',
  current: number | undefined,
  recommended: number | '?' | undefined,
): KrrSeverity {
  if (recommended === '?') return 'unknown'
  if (current === undefined || recommended === undefined) return current === recommended ? 'good' : 'warning'
  const difference = Math.abs(current - recommended)
  const [critical, warning, ok] = steps[resource]
  if (difference >= critical) return 'critical'
  if (difference >= warning) return 'warning'
  return difference >= ok ? 'ok' : 'good'
}

/** KRR's score of a scan, from 0 to 100. */
export function krrScore(scans: number, severities: readonly KrrSeverity[]): number {
  const cost = severities.reduce(
    (sum, one) => sum + (one === 'critical' ? 1 : one === 'warning' ? 0.7 : 0),
    0,
  )
  return Math.trunc(((scans - cost) / scans) * 100)
}
