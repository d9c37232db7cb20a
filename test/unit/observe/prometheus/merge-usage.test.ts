import { expect, it } from 'vitest'
import { type DayUsage, packDays, unpackDays } from '../../../../plugin/model/daily.ts'
import type { ResourceUsage } from '../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../plugin/model/recorder.ts'
import { cpuScale } from '../../../../plugin/model/sketch.ts'
import {
  addResource,
  emptyResource,
  finishResource,
} from '../../../../plugin/observe/prometheus/merge-usage.ts'

const frame = { first: 300, step: 300, count: 576 }

/** Two days of usage of one pod. */
function recorded(value: (slot: number) => number): ResourceUsage {
  const recorder = usageRecorder(cpuScale, frame)
  for (let slot = 0; slot < frame.count; slot += 1) recorder.add(slot, value(slot))
  const usage = recorder.finish()
  if (usage === undefined) throw new Error('nothing was recorded')
  return usage
}

function merge(...parts: readonly ResourceUsage[]) {
  const slots = { ...frame, last: frame.count * 300 }
  const merged = emptyResource(slots)
  for (const part of parts) addResource(slots, merged, part)
  return unpackDays(finishResource(slots, merged).daily ?? { days: [], peaks: [], samples: [], sketches: '' })
}

it('adds the quarters of the days of two parts of the pods', () => {
  const [one, other] = [recorded((slot) => slot), recorded((slot) => slot * 2)]
  const both = usageRecorder(cpuScale, frame)
  for (let slot = 0; slot < frame.count; slot += 1) {
    both.add(slot, slot)
    both.add(slot, slot * 2)
  }
  expect(merge(one, other)).toEqual(
    unpackDays(both.finish()?.daily ?? { days: [], peaks: [], samples: [], sketches: '' }),
  )
})

it('leaves out quarters that one part of an older version does not have', () => {
  const one = recorded((slot) => slot)
  const { quarters: _, ...daily } = one.daily ?? { days: [], peaks: [], samples: [], sketches: '' }
  const merged = merge({ ...one, daily }, one)
  expect(merged.map(({ samples }) => samples)).toEqual([576, 576])
  for (const day of merged) expect(day).not.toHaveProperty('quarters')
})

it('keeps the busiest pod of parts of the pods, and adds the peaks of all', () => {
  const one = recorded(() => 100)
  const day = { day: 0, sketch: [[70, 8]] as const, peak: 100, samples: 8 }
  const part = (more: Partial<DayUsage>): ResourceUsage => ({
    ...one,
    daily: packDays([{ ...day, ...more }]),
  })
  const low = part({ busiest: [[80, 2]], podPeaks: [[3, 1]] })
  const high = part({
    busiest: [[90, 2]],
    podPeaks: [
      [3, 2],
      [9, 1],
    ],
  })
  for (const parts of [
    [low, high, part({})],
    [part({}), high, low],
  ])
    expect(merge(...parts)[0]?.busiest).toEqual([[90, 2]])
  expect(merge(low, high)[0]?.podPeaks).toEqual([
    [3, 3],
    [9, 1],
  ])
  // A part whose pods are alike, above the busiest of the other, counts as the busiest pod.
  expect(merge(low, part({ sketch: [[95, 8]] }))[0]?.busiest).toBeUndefined()
  expect(merge(part({}), part({}))[0]).not.toHaveProperty('podPeaks')
})
