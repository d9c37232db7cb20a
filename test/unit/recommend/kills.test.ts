import { describe, expect, it } from 'vitest'
import type { ContainerUsage } from '../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { memoryScale } from '../../../plugin/model/sketch.ts'
import { hasOpenKills, killsAreAnswered } from '../../../plugin/recommend/kills.ts'

const Mi = 1024 ** 2
const hour = 3600
const frame = { first: 1_800_000_000, step: hour, count: 14 * 24 }

/** Memory by hour, with kills at some hours. */
function killed(memory: (hour: number) => number, ...hours: readonly number[]): ContainerUsage {
  const recorder = usageRecorder(memoryScale, frame)
  for (let at = 0; at < frame.count; at += 1) recorder.add(at, memory(at) * Mi)
  const oomTimes = hours.map((at) => frame.first + at * hour)
  const memoryUse = recorder.finish()
  return { container: 'app', ...(memoryUse && { memory: memoryUse }), oomKills: hours.length, oomTimes }
}

describe('OOM kills', () => {
  it.each<[string, ContainerUsage, boolean]>([
    [
      'are answered when memory rose above what it was before',
      killed((at) => (at < 96 ? 250 : 480), 90, 95),
      true,
    ],
    ['are open while memory stays where it was', killed(() => 250, 90, 95), false],
    ['are open when another followed', killed((at) => (at < 96 ? 250 : 480), 90, 200), false],
    ['are open on the day of the last one', killed((at) => (at < 330 ? 250 : 480), 325), false],
  ])('%s', (_name, usage, expected) => {
    expect(killsAreAnswered(usage)).toBe(expected)
    expect(hasOpenKills(usage)).toBe(!expected)
  })

  it('are open when their time is not known; none is nothing', () => {
    const { oomTimes: _, ...unknown } = killed((at) => (at < 96 ? 250 : 480), 90)
    expect(hasOpenKills(unknown)).toBe(true)
    expect(hasOpenKills({ container: 'app', oomKills: 0 })).toBe(false)
  })
})
