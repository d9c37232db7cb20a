import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packDays, unpackDays } from '../../../plugin/model/daily.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import {
  countValues,
  highestByHourOfWeek,
  levelOf,
  packCounts,
  packLevels,
  usageValues,
} from '../../../plugin/model/series.ts'
import {
  addWeight,
  bucketOf,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  type SketchScale,
} from '../../../plugin/model/sketch.ts'

const frame = { first: 1_757_894_700, step: 300 }
const amounts = fc.array(fc.double({ min: 0, max: 900_000, noNaN: true }), { maxLength: 600 })

describe('a usage series', () => {
  it('is restored within 2.5 % or 5m, and keeps gaps', () => {
    fc.assert(
      fc.property(amounts, (values) => {
        const levels = Uint8Array.from([0, ...values.map((value) => levelOf(cpuScale, value))])
        const [gap, ...back] = usageValues(packLevels(frame, levels), cpuScale)
        expect(gap).toBeNaN()
        for (const [index, value] of values.entries()) {
          expect(Math.abs((back[index] ?? 0) - value)).toBeLessThanOrEqual(Math.max(5.3, value * 0.026))
        }
      }),
      { seed: 1 },
    )
  })
})

describe('a series of counts', () => {
  it('is restored exactly, and keeps gaps', () => {
    const counts = [0, 1, 3, Number.NaN, 254, 255, 256, 65_534]
    expect([...countValues(packCounts(frame, counts))]).toEqual(counts)
  })

  it('gives the highest count by hour of the week', () => {
    // 2026-11-23 is a Monday; the slot that ends at 01:00 belongs to its first hour.
    const monday = Date.UTC(2026, 10, 23) / 1000
    const values = new Float64Array((14 * 86_400) / 300).fill(2)
    values[11] = 9
    values[12 + 168 * 12] = 7
    const hours = highestByHourOfWeek(values, { first: monday + 300, step: 300 })
    expect([hours[0], hours[1], hours[2]]).toEqual([9, 7, 2])
  })
})

describe('packed days', () => {
  it('are restored exactly', () => {
    const sketch = fc
      .uniqueArray(fc.tuple(fc.nat(175), fc.integer({ min: 1, max: 1e6 })), {
        selector: ([bucket]) => bucket,
      })
      .map((pairs) => pairs.sort(([one], [other]) => one - other))
    const quarters = fc.array(sketch, { minLength: 4, maxLength: 4 })
    const some = sketch.filter(({ length }) => length > 0)
    const day = fc.record(
      {
        day: fc.nat(30_000),
        sketch,
        peak: fc.nat(),
        samples: fc.nat(),
        quarters,
        busiest: some,
        podPeaks: some,
      },
      { requiredKeys: ['day', 'sketch', 'peak', 'samples'] },
    )
    const days = fc.array(day, { maxLength: 5 })
    fc.assert(
      fc.property(days, (given) => {
        expect(unpackDays(packDays(given))).toEqual(given)
      }),
      { seed: 1 },
    )
  })
})

describe('a recorder', () => {
  it('gives days that add up to the window, the busiest pod, and all pods together', () => {
    const start = Date.UTC(2026, 10, 23) / 1000
    const recorder = usageRecorder(cpuScale, { first: start + 300, step: 300, count: 576 })
    for (let slot = 0; slot < 576; slot += 1) {
      recorder.add(slot, 100 + (slot % 7))
      recorder.add(slot, 300)
    }
    const seen = recorder.finish()
    const days = unpackDays(seen?.daily ?? packDays([]))
    expect(days.map(({ day, samples }) => [day, samples])).toEqual([
      [start / 86_400, 576],
      [start / 86_400 + 1, 576],
    ])
    const sum = emptySketch()
    addWeight(sum, bucketOf(cpuScale, 300), 1152 / 2)
    expect(seen?.samples).toBe(1152)
    expect(seen?.sketch.at(-1)).toEqual(finishSketch(sum).at(-1))
    expect(seen?.peak).toBe(300)
    const [highest, total] = [seen?.highest, seen?.total].map((series) =>
      series === undefined ? Number.NaN : usageValues(series, cpuScale)[0],
    )
    expect(highest).toBeCloseTo(300, -1.2)
    expect(total).toBeCloseTo(400, -1.5)
  })

  it('keeps the quarters of days of CPU, which add up to the days, and none of memory or of longer slots', () => {
    const start = Date.UTC(2026, 10, 23) / 1000
    const record = (scale: SketchScale, step: number) => {
      const recorder = usageRecorder(scale, { first: start + step, step, count: 172_800 / step })
      for (let slot = 0; slot < 172_800 / step; slot += 1)
        recorder.add(slot, 100 * (1 + Math.floor((slot * step) / 21_600)))
      return unpackDays(recorder.finish()?.daily ?? packDays([]))
    }
    const [first] = record(cpuScale, 300)
    expect(first?.quarters?.map((quarter) => quarter)).toEqual(
      [100, 200, 300, 400].map((value) => [[bucketOf(cpuScale, value), 72]]),
    )
    expect(first?.sketch).toEqual([100, 200, 300, 400].map((value) => [bucketOf(cpuScale, value), 72]))
    expect(record(memoryScale, 300)[0]).not.toHaveProperty('quarters')
    expect(record(cpuScale, 43_200)[0]).not.toHaveProperty('quarters')
  })

  it('leaves the total out when one pod ran, and returns undefined without samples', () => {
    const recorder = usageRecorder(cpuScale, { first: 300, step: 300, count: 2 })
    expect(recorder.finish()).toBeUndefined()
    recorder.add(1, 20)
    expect(recorder.finish()).not.toHaveProperty('total')
  })
})
