/**
 * Memory peaks of a container: one per window of 24 hours, replaced by a higher sample, and raised after an OOM kill.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/recommender/model/container.go
 */

const mebibyte = 1024 ** 2
const hoursPerWindow = 24
/** Hours without a sample after which the recommender forgets a container. */
export const forgottenAfterHours = 8 * hoursPerWindow

/** A change of the histogram by a peak. */
export interface PeakChange {
  readonly kind: 'add' | 'subtract'
  readonly bytes: number
  /** End of the window, in hours. */
  readonly hour: number
}

/** The current window of a container. Times are in hours, peaks in bytes. */
export interface PeakWindow {
  readonly end: number
  readonly peak: number
  readonly oomPeak: number
  readonly lastSample: number
}

/** A window after a sample, with the changes of the histogram: none when the sample was rejected or is not a new peak. */
export interface PeakStep {
  readonly window: PeakWindow
  readonly changes: readonly PeakChange[]
  readonly accepted: boolean
}

/** Adds a usage sample; it is rejected when negative or not newer than the last one. */
export function addPeak(window: PeakWindow | undefined, hour: number, bytes: number): PeakStep {
  if (bytes < 0 || (window !== undefined && hour <= window.lastSample)) return rejected(window, hour)
  const step = intoWindow(window ?? fresh(hour), { hour, bytes, oom: false })
  return { ...step, window: { ...step.window, lastSample: hour } }
}

/** Memory in bytes that a container needs after an OOM kill: the larger of request and peak, plus a fifth or 100 MiB, whichever is more. */
export function needAfterOom(request: number, peak: number): number {
  const used = Math.max(request, peak)
  return Math.max(used + 100 * mebibyte, used * 1.2)
}

/** Adds an OOM kill; it is rejected when it is more than one window older than the last sample. */
export function addOom(window: PeakWindow | undefined, hour: number, request: number): PeakStep {
  const known = window ?? fresh(hour)
  if (hour < known.lastSample - hoursPerWindow) return rejected(window, hour)
  return intoWindow(known, { hour, bytes: needAfterOom(request, known.peak), oom: true })
}

const fresh = (hour: number): PeakWindow => ({
  end: hour,
  peak: 0,
  oomPeak: 0,
  lastSample: Number.NEGATIVE_INFINITY,
})

const rejected = (window: PeakWindow | undefined, hour: number): PeakStep => ({
  window: window ?? fresh(hour),
  changes: [],
  accepted: false,
})

interface Reading {
  readonly hour: number
  readonly bytes: number
  readonly oom: boolean
}

function intoWindow(window: PeakWindow, { hour, bytes, oom }: Reading): PeakStep {
  const noted = oom ? { oomPeak: bytes } : { peak: bytes }
  if (hour >= window.end) {
    const behind = Math.floor((hour - window.end) / hoursPerWindow) + 1
    const end = window.end + behind * hoursPerWindow
    const next = { ...window, end, peak: 0, oomPeak: 0, ...noted }
    return { window: next, changes: [{ kind: 'add', bytes, hour: end }], accepted: true }
  }
  const old = Math.max(window.peak, window.oomPeak)
  if (bytes <= old) return { window, changes: [], accepted: true }
  const add: PeakChange = { kind: 'add', bytes, hour: window.end }
  const subtract: PeakChange = { kind: 'subtract', bytes: old, hour: window.end }
  return { window: { ...window, ...noted }, changes: old > 0 ? [subtract, add] : [add], accepted: true }
}
