import { describe, expect, it } from 'vitest'
import type { DeclaredContainer } from '../../../../../plugin/model/declared.ts'
import type { ContainerUsage } from '../../../../../plugin/model/observation.ts'
import { limit } from '../../../../../plugin/recommend/profiles/steady/limits.ts'
import { containerInput, inBucket, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2

interface Case {
  readonly values?: DeclaredContainer['values']
  readonly usage?: Partial<ContainerUsage>
  readonly from?: number
  readonly to?: number
  readonly days?: number
}

const cpu = ({ values = { 'limits.cpu': '1' }, usage = {}, from = 500, to = 250, days = 14 }: Case) =>
  limit(containerInput(values, usage), 'cpu', { request: { from, to }, days })

const peak = (value: number): Partial<ContainerUsage> => ({ cpu: inBucket(1, { peak: value }) })

describe('a CPU limit', () => {
  it('keeps its ratio to the request, up and down', () => {
    expect(valueAndRules(cpu({ usage: peak(100) }))).toEqual([500, 'limit.ratio'])
    expect(valueAndRules(cpu({ usage: peak(100), to: 600 }))).toEqual([1200, 'limit.ratio'])
    expect(textOf(cpu({ usage: peak(100) }))).toContain('2 ')
    expect(textOf(cpu({ usage: peak(100), from: 300 }))).toContain('3.33 ')
  })

  it('is rounded to the nearest value, never below its request', () => {
    expect(valueAndRules(cpu({ usage: peak(10), from: 300, to: 105 }))).toEqual([350, 'limit.ratio'])
    expect(valueAndRules(cpu({ values: { 'limits.cpu': '505m' }, usage: peak(10), to: 257 }))).toEqual([
      260,
      'limit.ratio',
    ])
    expect(valueAndRules(cpu({ values: { 'limits.cpu': '501m' }, usage: peak(10), to: 251 }))).toEqual([
      251,
      'limit.ratio',
    ])
  })

  it('equal to the request stays equal to it', () => {
    expect(valueAndRules(cpu({ values: { 'limits.cpu': '500m' }, usage: peak(100), to: 253 }))).toEqual([
      253,
      'limit.ratio',
    ])
  })

  it('is not lowered below the peak, and not raised to it', () => {
    const advice = cpu({ usage: peak(777) })
    expect(valueAndRules(advice)).toEqual([780, 'limit.ratio', 'limit.peak'])
    expect(textOf(advice)).toContain('777m')
    expect(valueAndRules(cpu({ usage: peak(500) }))).toEqual([500, 'limit.ratio'])
    expect(valueAndRules(cpu({ usage: peak(501) }))).toEqual([510, 'limit.ratio', 'limit.peak'])
    expect(valueAndRules(cpu({ usage: peak(4000) }))).toEqual([1000, 'limit.ratio', 'limit.peak'])
    expect(valueAndRules(cpu({}))).toEqual([1000, 'limit.ratio', 'limit.peak'])
  })

  it('below its request is raised to it', () => {
    expect(valueAndRules(cpu({ values: { 'limits.cpu': '100m' }, usage: peak(50), to: 600 }))).toEqual([
      600,
      'limit.ratio',
    ])
  })

  it.each<[string, ReturnType<typeof limit>, readonly (string | number)[]]>([
    ['is unsure when none is set', cpu({ values: { 'limits.memory': '1Gi' } }), ['unsure']],
    [
      'is kept without a request',
      limit(containerInput({ 'limits.cpu': '1' }), 'cpu', { request: undefined, days: 14 }),
      [1000, 'limit.alone'],
    ],
    ['is kept when its request is kept', cpu({ to: 500 }), [1000, 'limit.ratio']],
  ])('%s', (_name, advice, wanted) => {
    expect(valueAndRules(advice)).toEqual(wanted)
    expect(textOf(advice)).toMatch(/\w/)
  })

  it('is unsure for memory when only CPU has a limit', () => {
    const advice = limit(containerInput({ 'limits.cpu': '1' }), 'memory', {
      request: { from: 1, to: 2 },
      days: 14,
    })
    expect(valueAndRules(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toContain('memory')
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
    ['in 1 % is lowered with its request', { usage: held(0.01) }, [500, 'limit.ratio']],
    ['in 20 % is raised with its request', { usage: held(0.2), to: 600 }, [1200, 'limit.ratio']],
    [
      'uses the last three days',
      { usage: held(0, 0, 0.3, 0.3, 0.3) },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    ['ignores the days before the last three', { usage: held(0.9, 0, 0, 0) }, [500, 'limit.ratio']],
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
    ['follows its ratio when that raises it further', { usage: held(0.3), to: 700 }, [1400, 'limit.ratio']],
    [
      'is raised by a quarter when its ratio raises it less',
      { usage: held(0.3), to: 510 },
      [1250, 'limit.ratio', 'limit.throttled'],
    ],
    ['is kept without CPU usage', { usage: { throttledShare: 0.4 } }, [1000, 'limit.throttled']],
    [
      'is raised when its request is kept',
      { usage: held(0.3), to: 500 },
      [1250, 'limit.ratio', 'limit.throttled'],
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
    const advice = limit(container, 'memory', { request: { from: 512 * Mi, to: 256 * Mi }, days: 14 })
    expect(valueAndRules(advice)).toEqual([256 * Mi, 'limit.ratio'])
  })
})

describe('a memory limit', () => {
  const memory = (given: Case & { readonly peak?: number }) => {
    const { values = { 'limits.memory': '1Gi' }, from = 512, to = 256, days = 16, peak: high } = given
    const usage = high === undefined ? {} : { memory: inBucket(1, { peak: high * Mi }) }
    return limit(containerInput(values, usage), 'memory', { request: { from: from * Mi, to: to * Mi }, days })
  }
  const inMi = (advice: ReturnType<typeof limit>) => {
    const [value, ...rules] = valueAndRules(advice)
    return [typeof value === 'number' ? value / Mi : value, ...rules]
  }

  it.each<[string, Parameters<typeof memory>[0], readonly (string | number)[]]>([
    ['keeps its ratio', { peak: 100 }, [512, 'limit.ratio']],
    ['keeps its ratio, up', { peak: 100, to: 600 }, [1200, 'limit.ratio']],
    [
      'equal to its request stays equal, down to the peak',
      { values: { 'limits.memory': '512Mi' }, peak: 300 },
      [300, 'limit.ratio', 'limit.peak'],
    ],
    [
      'close to its request may be as close to the peak',
      { values: { 'limits.memory': '537Mi' }, peak: 260 },
      [268, 'limit.ratio'],
    ],
    [
      'well above its request stays 25 % above the peak after 16 days',
      { peak: 500 },
      [640, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'well above its request stays 50 % above the peak after 4 days',
      { peak: 500, days: 4 },
      [752, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'well above its request stays at most 200 % above the peak',
      { peak: 340, days: 0 },
      [1024, 'limit.ratio', 'limit.unseen'],
    ],
    ['is never raised for that margin', { peak: 900 }, [1024, 'limit.ratio', 'limit.unseen']],
    ['keeps its ratio when the margin is large enough', { peak: 408 }, [512, 'limit.ratio']],
    [
      'keeps the margin when the ratio is slightly too low',
      { peak: 412 },
      [528, 'limit.ratio', 'limit.unseen'],
    ],
    ['is kept without usage', {}, [1024, 'limit.ratio', 'limit.unseen']],
    [
      'counts as well above its request from 5 % on',
      { values: { 'limits.memory': '540Mi' }, peak: 260 },
      [328, 'limit.ratio', 'limit.unseen'],
    ],
  ])('%s', (_name, given, wanted) => {
    expect(inMi(memory(given))).toEqual(wanted)
  })

  it('names the margin, the peak and the days', () => {
    expect(textOf(memory({ peak: 500 }))).toMatch(/2 .*\n.*25 % .*500Mi.*16\.0 days/)
    expect(textOf(memory({ peak: 500, values: { 'limits.memory': '512Mi' } }))).toMatch(/500Mi/)
    expect(textOf(memory({ peak: 340, days: 0 }))).toMatch(/200 %/)
  })
})
