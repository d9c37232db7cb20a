import { describe, expect, it } from 'vitest'
import type { ContainerUsage } from '../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { memoryScale } from '../../../plugin/model/sketch.ts'
import { hasOpenKills, killsAreAnswered, loopsOfKills } from '../../../plugin/recommend/kills.ts'
import { observationWith } from './builders.ts'

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

describe('a workload that is skipped', () => {
  const loops = (unhealthy: string, ...containers: readonly ContainerUsage[]) =>
    loopsOfKills(observationWith({ containers, unhealthy }))

  it.each<[string, boolean, boolean]>([
    [
      'in a crash loop of kills is answered',
      loops(
        'container app is in CrashLoopBackOff',
        killed(() => 250, 90),
      ),
      true,
    ],
    [
      'in a crash loop of another kind is not',
      loops(
        'container app is in CrashLoopBackOff',
        killed(() => 250),
      ),
      false,
    ],
    [
      'without metrics for its HPA is answered',
      loops(
        'HorizontalPodAutoscaler/web has no metrics, so it does not scale (FailedGetResourceMetric: …)',
        killed(() => 250, 90),
      ),
      true,
    ],
    [
      'not ready on the day of a kill is answered',
      loops(
        '2 of 2 pods are not ready',
        killed(() => 250, 330),
      ),
      true,
    ],
    [
      'not ready long after a kill is not',
      loops(
        '2 of 2 pods are not ready',
        killed(() => 250, 90),
      ),
      false,
    ],
    [
      'that rolls out is not',
      loops(
        'a rollout is in progress',
        killed(() => 250, 330),
      ),
      false,
    ],
  ])('%s', (_name, found, expected) => {
    expect(found).toBe(expected)
  })
})
