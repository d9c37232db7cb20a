import { describe, expect, it } from 'vitest'
import { packDays, unpackDays } from '../../../plugin/model/daily.ts'
import type { Observation, ResourceUsage } from '../../../plugin/model/observation.ts'
import { packLevels, usageValues } from '../../../plugin/model/series.ts'
import { bucketStart, cpuScale, percentile, type Sketch } from '../../../plugin/model/sketch.ts'
import { parseSnapshot, parseSnapshotLines, printSnapshot } from '../../../plugin/observe/snapshot.ts'
import { cpuBuckets } from '../../../plugin/recommend/vpa-recommender/histogram.ts'
import { observationWith } from '../recommend/builders.ts'

const frame = { first: 300, step: 300 }
/** Usage with the buckets of the recommender, as version 1 has it. */
const formerUsage = (sketch: Sketch): ResourceUsage => ({
  sketch,
  peak: 900,
  samples: 4,
  daily: packDays([{ day: 20_000, sketch, peak: 900, samples: 4, quarters: [sketch, [], [], []] }]),
  highest: packLevels(
    frame,
    Uint8Array.from(sketch, ([bucket]) => bucket + 1),
  ),
  total: packLevels(frame, Uint8Array.from([0, 177])),
})
const buckets = [0, 1, 5, 13, 14, 30, 175]
const former = formerUsage(buckets.map((bucket) => [bucket, 1]))
const memory = { sketch: [[7, 1]] as const, peak: 1, samples: 1 }
const observation: Observation = observationWith({
  containers: [
    { container: 'app', oomKills: 0, cpu: former, memory },
    { container: 'proxy', oomKills: 0 },
  ],
})
const snapshot = {
  kind: 'TortoiseSnapshot',
  version: 2,
  recordedAt: '2026-09-15T00:00:00Z',
  observations: [observation],
} as const
const text = printSnapshot(snapshot).replace('"version":2', '"version":1')

describe('a snapshot of version 1', () => {
  const read = parseSnapshot('old.json', text)
  const [app, proxy] = read.observations[0]?.containers ?? []
  const upperEnds = buckets.map((bucket) => Math.ceil(cpuBuckets.start(bucket + 1) * 1000))

  it('is read with the upper end of each of its buckets, which were wider', () => {
    const ends = app?.cpu?.sketch.map(([bucket]) => Math.ceil(bucketStart(cpuScale, bucket + 1)))
    expect(ends).toEqual(upperEnds)
    expect(percentile(app?.cpu?.sketch ?? [], cpuScale, 0.1)).toBe(10)
  })

  it('has the same buckets in days, quarters and the whole window', () => {
    const [day] = unpackDays(app?.cpu?.daily ?? packDays([]))
    expect(day?.sketch).toEqual(app?.cpu?.sketch)
    expect(day?.quarters?.[0]).toEqual(app?.cpu?.sketch)
  })

  it('has levels within half a step of the middle of those buckets', () => {
    const values = usageValues(app?.cpu?.highest ?? { ...frame, packed: '' }, cpuScale)
    for (const [index, bucket] of buckets.entries()) {
      const [start, end] = [bucket, bucket + 1].map((one) => cpuBuckets.start(one) * 1000)
      const middle = ((start ?? 0) + (end ?? 0)) / 2
      expect(Math.abs((values[index] ?? 0) / middle - 1)).toBeLessThan(0.11)
    }
    expect(Number.isNaN(usageValues(app?.cpu?.total ?? { ...frame, packed: '' }, cpuScale)[0])).toBe(true)
  })

  it('keeps memory, and is read line by line with the same result', () => {
    expect(app?.memory).toEqual(memory)
    expect(proxy).toEqual({ container: 'proxy', oomKills: 0 })
    expect(parseSnapshotLines('old.json', text.trimEnd().split('\n'), () => text)).toEqual(read)
  })

  it('is written again as version 2, which is read unchanged', () => {
    expect(parseSnapshot('new.json', printSnapshot(read))).toEqual(read)
    expect(parseSnapshot('new.json', printSnapshot(snapshot)).observations).toEqual([observation])
  })
})
