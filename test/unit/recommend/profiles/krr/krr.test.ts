import { describe, expect, it } from 'vitest'
import { toBytes, toMillicores } from '../../../../../plugin/model/quantity.ts'
import {
  interpolatedPercentile,
  krrCpu,
  krrMemory,
  krrQueryShare,
  krrRefuses,
  krrScore,
  krrSeverity,
} from '../../../../../plugin/recommend/profiles/krr/strategy.ts'

const mib = 1024 ** 2

/*
 * Vectors of KRR by number. Left out: 64 and 65 (rows of KRR's own CSV report), 66 and 82 (how it batches and counts
 * its queries), 76 and 77 (Crane) and 80 (Kubecost), which are not profiles here. 78 and 79 are among those of Tortoise,
 * 81 and 83 among the properties of HPA'd workloads.
 */
describe('KRR', () => {
  it('62, 63: quantities', () => {
    expect([toMillicores('5m'), toMillicores('0.005')]).toEqual([5, 5])
    const texts = ['128974848', '128.974848e6', '128.9748480M', '128974848000m', '123Mi', '128974848e0']
    expect(texts.map((text) => toBytes(text))).toEqual(texts.map(() => 128_974_848))
  })

  it.each([
    [0.0031, 10],
    [0.0101, 11],
    [0.2504, 251],
    [1.0000001, 1001],
  ])('67: CPU of %d cores', (cores, expected) => {
    expect(krrCpu(cores)).toBe(expected)
  })

  it.each([
    [68, 80 * mib, 100],
    [68, 87 * mib, 101],
    [68, 100 * mib, 115],
    [68, 512 * mib, 589],
    [68, 1024 * mib, 1178],
    [69, 1e9, 1097],
    [69, 2e9, 2194],
    [69, 300 * mib + 1, 346],
  ])('%i: memory peak of %i bytes', (_, peak, expected) => {
    expect(krrMemory(peak)).toBe(expected * mib)
  })

  it.each([
    [400, 640],
    [500, 640],
    [600, 690],
  ])('70: killed at 512 MiB with a peak of %i MiB', (peak, expected) => {
    expect(krrMemory(peak * mib, 512 * mib)).toBe(expected * mib)
  })

  it.each([
    [66, 664],
    [95, 951],
    [96, 961],
  ])('71: simple_limit, p%i of a hundred points', (percentile, expected) => {
    const points = Array.from({ length: 100 }, (_, index) => (index + 1) / 100)
    expect(krrCpu(interpolatedPercentile(points, percentile))).toBe(expected)
  })

  it.each([
    [99.9, 1],
    [99.5, 0.99],
    [98.5, 0.98],
    [66.6, 0.67],
  ])('72: the query for p%d', (percentile, share) => {
    expect(krrQueryShare(percentile)).toBe(share)
  })

  it('73: points are summed over pods', () => {
    expect(krrRefuses({ points: [60, 39], hpaTargets: false })).toBe('Not enough data')
    expect(krrRefuses({ points: [60, 40], hpaTargets: false })).toBeUndefined()
    expect(krrRefuses({ points: [60, 40], hpaTargets: true })).toBe('HPA detected')
    expect(krrRefuses({ points: [], hpaTargets: true })).toBe('No data')
  })

  it.each([
    [1, 0.5, 'critical'],
    [1, 0.75, 'warning'],
    [0.5, 0.4, 'good'],
    [0.2, 0.11, 'good'],
    [undefined, 0.1, 'warning'],
    [1, '?', 'unknown'],
  ] as const)('74: severity of CPU %s to %s', (current, recommended, expected) => {
    expect(krrSeverity('cpu', current, recommended)).toBe(expected)
  })

  it('75: score', () => {
    expect([krrScore(4, ['critical', 'warning']), krrScore(10, ['warning', 'warning', 'warning'])]).toEqual([
      57, 79,
    ])
    expect(krrScore(2, ['warning'])).toBe(65)
  })
})
