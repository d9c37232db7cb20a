import { describe, expect, it } from 'vitest'
import { unpackDays } from '../../../plugin/model/daily.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import {
  bucketOf,
  cpuScale,
  memoryScale,
  percentile,
  type SketchScale,
} from '../../../plugin/model/sketch.ts'

const frame = { first: 86_400 + 3600, step: 3600, count: 48 }

/** Two days of pods, each with a value by hour. */
function recordPods(scale: SketchScale, pods: readonly ((hour: number) => number)[], isEnded = true) {
  const recorder = usageRecorder(scale, frame)
  for (const valueAt of pods) {
    for (let hour = 0; hour < frame.count; hour += 1) recorder.add(hour, valueAt(hour))
    if (isEnded) recorder.endPod()
  }
  const daily = recorder.finish()?.daily
  if (daily === undefined) throw new Error('nothing was recorded')
  return unpackDays(daily)
}
const flat = (value: number) => () => value
const alike = Array.from({ length: 6 }, () => flat(100))

describe('the busiest pod of a day', () => {
  it('is the one with the highest 80th percentile, whole', () => {
    const days = recordPods(cpuScale, [flat(900), ...alike, flat(200)])
    expect(days.map(({ busiest }) => busiest)).toEqual([
      [[bucketOf(cpuScale, 900), 24]],
      [[bucketOf(cpuScale, 900), 24]],
    ])
  })

  it('may be another one on another day', () => {
    const days = recordPods(cpuScale, [(hour) => (hour < 24 ? 900 : 100), flat(300), ...alike])
    expect(days.map(({ busiest = [] }) => Math.floor(percentile(busiest, cpuScale, 1) / 100))).toEqual([9, 3])
  })

  it('is not one with bursts, however high, for less than a fifth of the day', () => {
    const days = recordPods(cpuScale, [(hour) => (hour % 8 === 0 ? 5000 : 100), flat(100), flat(100)])
    expect(days.every(({ busiest }) => busiest === undefined)).toBe(true)
  })

  it('is not recorded where pods are alike, for one pod, and where samples are not of one pod after the other', () => {
    for (const pods of [
      recordPods(cpuScale, [flat(300), flat(302), flat(299)]),
      recordPods(cpuScale, [flat(300)]),
      recordPods(cpuScale, [flat(100), flat(900)], false),
    ])
      expect(pods.every(({ busiest, podPeaks }) => busiest === undefined && podPeaks === undefined)).toBe(
        true,
      )
  })
})

describe('the peaks of pods', () => {
  const Mi = 1024 ** 2

  it('are one of each pod and day', () => {
    const pods = [flat(100 * Mi), flat(100 * Mi), (hour: number) => (hour < 30 ? 100 * Mi : 800 * Mi)]
    const [small, large] = [100, 800].map((value) => bucketOf(memoryScale, value * Mi))
    expect(recordPods(memoryScale, pods).map(({ podPeaks }) => podPeaks)).toEqual([
      undefined,
      [
        [small, 2],
        [large, 1],
      ],
    ])
  })
})
