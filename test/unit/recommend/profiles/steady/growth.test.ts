import { describe, expect, it } from 'vitest'
import type { ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { dailyGrowth } from '../../../../../plugin/recommend/profiles/steady/growth.ts'
import { memoryRequest } from '../../../../../plugin/recommend/profiles/steady/memory.ts'
import { containerInput, evidence, inBucket, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2
const usage = (peaks: readonly number[], days = peaks.map((_, day) => day)): ResourceUsage =>
  inBucket(1, {
    peak: Math.max(...peaks) * Mi,
    daily: { days, peaks: peaks.map((one) => one * Mi), samples: peaks.map(() => 100), sketches: '' },
  })
const growth = (...peaks: readonly number[]) => {
  const found = dailyGrowth(usage(peaks))
  return found === undefined ? undefined : Math.round(found / Mi)
}
const rising = (from: number, by: number, days: number) =>
  Array.from({ length: days }, (_, day) => from + by * day)

describe('memory that grows from day to day', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['a leak', rising(340, 40, 14), 40],
    ['a leak with noise', [300, 345, 370, 430, 455, 510, 530, 590, 610, 668], 40],
    ['a leak on a last day that is hardly begun', [...rising(340, 40, 13), 700], 40],
    ['a leak since the last restart', [900, 950, ...rising(300, 50, 7)], 50],
    ['a leak of too few days', rising(300, 50, 4), undefined],
    ['a leak since a restart of too few days', [...rising(300, 50, 9), 300, 350, 400], undefined],
    ['flat usage', [500, 504, 499, 501, 503, 500, 502], undefined],
    ['a rise that is noise', [500, 501, 503, 505, 507, 509, 511], undefined],
    ['usage that falls', rising(900, -40, 10), undefined],
    ['a cache that is full', [100, 200, 300, 400, 500, 505, 505, 506, 505, 506], undefined],
    ['weekly peaks', [300, 300, 300, 300, 500, 500, 300, 300, 300, 300, 300, 500, 500, 300], undefined],
  ])('%s', (_name, peaks, expected) => {
    expect(growth(...peaks)).toBe(expected)
  })

  it('is not known without data by day', () => {
    expect(dailyGrowth(inBucket(1))).toBeUndefined()
  })

  it('is not lowered, and the days until its limit are given', () => {
    const values = { 'requests.memory': '1400Mi', 'limits.memory': '1400Mi' } as const
    const advice = memoryRequest(containerInput(values, { memory: usage(rising(340, 40, 14)) }), evidence())
    expect(valueAndRules(advice)).toEqual([1400 * Mi, 'memory.peak', 'memory.grows', 'step.small'])
    expect(textOf(advice)).toMatch(/grows by 40Mi a day: it reaches the limit of 1400Mi in 14 days/)
  })

  it('is still raised', () => {
    const advice = memoryRequest(
      containerInput({ 'requests.memory': '500Mi' }, { memory: usage(rising(340, 40, 14)) }),
      evidence(),
    )
    expect(valueAndRules(advice)).toEqual([992 * Mi, 'memory.peak', 'memory.grows'])
    expect(textOf(advice)).not.toMatch(/limit/)
  })
})
