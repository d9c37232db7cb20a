import { describe, expect, it } from 'vitest'
import type { ContainerUsage } from '../../../../../plugin/model/observation.ts'
import { limit } from '../../../../../plugin/recommend/profiles/steady/limits.ts'
import { type Case, evidenceOf } from './limit-ground.ts'
import { containerInput, evidence, inBucket, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2

const cpu = ({ values = { 'limits.cpu': '1' }, usage = {}, from = 500, to = 250, days = 14, limits }: Case) =>
  limit(containerInput(values, usage), 'cpu', { request: { from, to }, days, evidence: evidenceOf(limits) })

const peak = (value: number): Partial<ContainerUsage> => ({ cpu: inBucket(1, { peak: value }) })

describe('a CPU limit', () => {
  it('stays while it covers the new request and the peak', () => {
    expect(valueAndRules(cpu({ usage: peak(100) }))).toEqual([1000, 'limit.covers'])
    expect(valueAndRules(cpu({ usage: peak(100), to: 600 }))).toEqual([1000, 'limit.covers'])
    expect(valueAndRules(cpu({ usage: peak(1000), to: 1000 }))).toEqual([1000, 'limit.covers'])
    expect(textOf(cpu({ usage: peak(777) }))).toContain('777m')
  })

  it('stays where it is 200 times a placeholder', () => {
    const advice = cpu({ values: { 'limits.cpu': '2' }, usage: peak(478), from: 10, to: 480 })
    expect(valueAndRules(advice)).toEqual([2000, 'limit.covers'])
  })

  it('below the new request is raised: with its ratio, and no further than twice the peak', () => {
    const raised = (high: number) => cpu({ usage: peak(high), to: 1200 })
    expect(valueAndRules(raised(2000))).toEqual([2400, 'limit.raised'])
    expect(valueAndRules(raised(800))).toEqual([1600, 'limit.raised'])
    expect(valueAndRules(raised(300))).toEqual([1200, 'limit.raised'])
  })

  it('is raised by a ratio of 4 at most', () => {
    const advice = cpu({ values: { 'limits.cpu': '1' }, usage: peak(9000), from: 100, to: 1500 })
    expect(valueAndRules(advice)).toEqual([9000, 'limit.raised'])
    const flat = cpu({ values: { 'limits.cpu': '1' }, usage: peak(1400), from: 100, to: 1500 })
    expect(valueAndRules(flat)).toEqual([2800, 'limit.raised'])
    expect(
      valueAndRules(cpu({ values: { 'limits.cpu': '1' }, usage: peak(4000), from: 100, to: 1100 })),
    ).toEqual([4400, 'limit.raised'])
  })

  it('that equals the request moves with it', () => {
    const equal = (to: number, high = 100) => cpu({ values: { 'limits.cpu': '500m' }, usage: peak(high), to })
    expect(valueAndRules(equal(253))).toEqual([253, 'limit.equal'])
    expect(valueAndRules(equal(700))).toEqual([700, 'limit.equal'])
    expect(valueAndRules(equal(253, 301))).toEqual([305, 'limit.equal', 'limit.peak'])
    expect(valueAndRules(equal(253, 4000))).toEqual([500, 'limit.equal', 'limit.peak'])
  })

  it('below its request is raised to it', () => {
    expect(valueAndRules(cpu({ values: { 'limits.cpu': '100m' }, usage: peak(50), to: 600 }))).toEqual([
      600,
      'limit.raised',
    ])
  })

  it('is lowered only if settings say so, and not below twice the peak', () => {
    const lower = (high: number) => cpu({ usage: peak(high), limits: { lowerCpu: true } })
    expect(valueAndRules(lower(100))).toEqual([500, 'limit.ratio'])
    expect(valueAndRules(lower(300))).toEqual([600, 'limit.ratio', 'limit.unseen'])
    expect(valueAndRules(lower(900))).toEqual([1000, 'limit.ratio', 'limit.unseen'])
    expect(
      valueAndRules(cpu({ usage: { ...peak(100), throttledShare: 0.02 }, limits: { lowerCpu: true } })),
    ).toEqual([1000, 'limit.throttled'])
  })

  it.each<[string, ReturnType<typeof limit>, readonly (string | number)[]]>([
    ['is unsure when none is set', cpu({ values: { 'limits.memory': '1Gi' } }), ['unsure']],
    [
      'is kept without a request',
      limit(containerInput({ 'limits.cpu': '1' }), 'cpu', {
        request: undefined,
        days: 14,
        evidence: evidence(),
      }),
      [1000, 'limit.alone'],
    ],
    ['is kept when its request is kept', cpu({ to: 500 }), [1000, 'limit.kept']],
  ])('%s', (_name, advice, wanted) => {
    expect(valueAndRules(advice)).toEqual(wanted)
    expect(textOf(advice)).toMatch(/\w/)
  })

  it('is unsure for memory when only CPU has a limit', () => {
    const advice = limit(containerInput({ 'limits.cpu': '1' }), 'memory', {
      request: { from: 1, to: 2 },
      days: 14,
      evidence: evidence(),
    })
    expect(valueAndRules(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toContain('memory')
  })
})

describe('a CPU limit that keeps its ratio, by settings,', () => {
  const ratio = (given: Case) => cpu({ ...given, limits: { mode: 'ratio', lowerCpu: true } })

  it('follows its request up and down, rounded to the nearest value', () => {
    expect(valueAndRules(ratio({ usage: peak(100) }))).toEqual([500, 'limit.ratio'])
    expect(valueAndRules(ratio({ usage: peak(100), to: 600 }))).toEqual([1200, 'limit.ratio'])
    expect(textOf(ratio({ usage: peak(100), from: 300 }))).toContain('3.33 ')
    expect(valueAndRules(ratio({ usage: peak(10), from: 300, to: 105 }))).toEqual([350, 'limit.ratio'])
    expect(valueAndRules(ratio({ values: { 'limits.cpu': '501m' }, usage: peak(10), to: 251 }))).toEqual([
      251,
      'limit.ratio',
    ])
  })

  it('does not follow it with a ratio that is no intent', () => {
    expect(
      valueAndRules(ratio({ values: { 'limits.cpu': '5' }, usage: peak(100), from: 1000, to: 1100 })),
    ).toEqual([5000, 'limit.covers'])
  })

  it('is not lowered unless settings say so', () => {
    expect(valueAndRules(cpu({ usage: peak(100), limits: { mode: 'ratio' } }))).toEqual([
      1000,
      'limit.covers',
    ])
  })
})

describe('a CPU limit with throttling', () => {
  const days = (...shares: number[]) =>
    shares.map((share, day) => ({ day, periods: 1000, throttled: Math.round(share * 1000) }))
  const held = (...shares: number[]): Partial<ContainerUsage> => ({
    ...peak(400),
    throttling: days(...shares),
  })

  it.each<[string, Case, readonly (string | number)[]]>([
    [
      'in a quarter of the periods is raised',
      { usage: held(0.25) },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    ['in less is not lowered', { usage: held(0.249) }, [1000, 'limit.throttled']],
    ['in more than 1 % is not lowered', { usage: held(0.011) }, [1000, 'limit.throttled']],
    ['in 1 % stays', { usage: held(0.01) }, [1000, 'limit.covers']],
    ['in 20 % is raised with its request', { usage: held(0.2), to: 1200 }, [1200, 'limit.raised']],
    [
      'uses the last three days',
      { usage: held(0, 0, 0.3, 0.3, 0.3) },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    ['ignores the days before the last three', { usage: held(0.9, 0, 0, 0) }, [1000, 'limit.covers']],
    [
      'uses the whole window without daily data',
      { usage: { ...peak(400), throttledShare: 0.4 } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'uses the whole window when the daily data are empty',
      { usage: { ...peak(400), throttledShare: 0.4, throttling: [{ day: 1, periods: 0, throttled: 0 }] } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'uses daily data before the whole window',
      { usage: { ...held(0.3), throttledShare: 0 } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'is not lowered when only the whole window has throttling',
      { usage: { ...held(0), throttledShare: 0.02 } },
      [1000, 'limit.throttled'],
    ],
    [
      'is raised to at most four times the peak',
      { usage: { ...held(0.3), ...peak(300) } },
      [1200, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'is not lowered to four times the peak',
      { usage: { ...held(0.3), ...peak(100) } },
      [1000, 'limit.throttled'],
    ],
    [
      'follows its request when that raises it further',
      { usage: held(0.3), to: 1300 },
      [1300, 'limit.raised'],
    ],
    [
      'is raised by a quarter when its request raises it less',
      { usage: held(0.3), to: 1100 },
      [1250, 'limit.raised', 'limit.throttled'],
    ],
    ['is kept without CPU usage', { usage: { throttledShare: 0.4 } }, [1000, 'limit.throttled']],
    [
      'is raised when its request is kept',
      { usage: held(0.3), to: 500 },
      [1250, 'limit.kept', 'limit.throttled'],
    ],
  ])('%s', (_name, given, wanted) => {
    expect(valueAndRules(cpu(given))).toEqual(wanted)
  })

  it('weights days by their periods', () => {
    const throttling = [
      { day: 0, periods: 100, throttled: 100 },
      { day: 1, periods: 900, throttled: 0 },
    ]
    const advice = cpu({ usage: { ...peak(400), throttling } })
    expect(valueAndRules(advice)).toEqual([1000, 'limit.throttled'])
    expect(textOf(advice)).toContain('10 %')
    expect(textOf(cpu({ usage: held(0.0123) }))).toContain('1.2 %')
    expect(textOf(cpu({ usage: held(0.3) }))).toMatch(/30 %.*3 days/)
  })

  it('does not affect the memory limit', () => {
    const container = containerInput(
      { 'limits.memory': '512Mi', 'limits.cpu': '1' },
      { ...held(0.5), memory: inBucket(1, { peak: 10 * Mi }) },
    )
    const advice = limit(container, 'memory', {
      request: { from: 512 * Mi, to: 256 * Mi },
      days: 14,
      evidence: evidence(),
    })
    expect(valueAndRules(advice)).toEqual([256 * Mi, 'limit.equal'])
  })
})
