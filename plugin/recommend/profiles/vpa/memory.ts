/**
 * Memory peaks: one a window of 24 hours, replaced when a higher one is seen, raised after an OOM kill.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/recommender/model/container.go
 */

const mebibyte = 1024 ** 2
const hoursPerWindow = 24
/** A container that was not seen for so long is forgotten. */
export const forgottenAfterHours = 8 * hoursPerWindow

/** What a peak does to the histogram. */
export interface PeakChange {
  readonly kind: 'add' | 'subtract'
  readonly bytes: number
  /** End of the window, in hours. */
  readonly hour: number
}

/** The present window of a container. */
export interface PeakWindow {
  readonly end: number
  readonly peak: number
  readonly oomPeak: number
  readonly lastSample: number
}

/** A window and what happened to the histogram; no changes when the sample was refused or is no new peak. */
export interface PeakStep {
  readonly window: PeakWindow
  readonly changes: readonly PeakChange[]
  readonly accepted: boolean
}

/** A usage sample; refused when negative or not newer than the last one. */
export function addPeak(window: PeakWindow | undefined, hour: number, bytes: number): PeakStep {
  if (bytes < 0 || (window !== undefined && hour <= window.lastSample)) return refused(window, hour)
  const step = intoWindow(window ?? fresh(hour), { hour, bytes, oom: false })
  return { ...step, window: { ...step.window, lastSample: hour } }
}

/** What a container needs that was killed: the larger of request and real peak, with a fifth or 100 MiB more. */
export function needAfterOom(request: number, peak: number): number {
  const used = Math.max(request, peak)
  return Math.max(used + 100 * mebibyte, used * 1.2)
}

/** An OOM kill; refused when it is more than a window older than the last sample. */
export function addOom(window: PeakWindow | undefined, hour: number, request: number): PeakStep {
  const known = window ?? fresh(hour)
  if (hour < known.lastSample - hoursPerWindow) return refused(window, hour)
  return intoWindow(known, { hour, bytes: needAfterOom(request, known.peak), oom: true })
}

const fresh = (hour: number): PeakWindow => ({
  end: hour,
  peak: 0,
  oomPeak: 0,
  lastSample: Number.NEGATIVE_INFINITY,
})

const refused = (window: PeakWindow | undefined, hour: number): PeakStep => ({
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
