import { describe, expect, it } from 'vitest'
import type { DeclaredContainer } from '../../../../../plugin/model/declared.ts'
import type { ContainerUsage } from '../../../../../plugin/model/observation.ts'
import { limit } from '../../../../../plugin/recommend/profiles/steady/limits.ts'
import { inBucket, input, said, textOf } from './parts.ts'

const Mi = 1024 ** 2

interface Case {
  readonly values?: DeclaredContainer['values']
  readonly usage?: Partial<ContainerUsage>
  readonly from?: number
  readonly to?: number
  readonly days?: number
}

const cpu = ({ values = { 'limits.cpu': '1' }, usage = {}, from = 500, to = 250, days = 14 }: Case) =>
  limit(input(values, usage), 'cpu', { request: { from, to }, days })

const peak = (value: number): Partial<ContainerUsage> => ({ cpu: inBucket(1, { peak: value }) })

describe('a CPU limit', () => {
  it('keeps its proportion to the request, up and down', () => {
    expect(said(cpu({ usage: peak(100) }))).toEqual([500, 'limit.ratio'])
    expect(said(cpu({ usage: peak(100), to: 600 }))).toEqual([1200, 'limit.ratio'])
    expect(textOf(cpu({ usage: peak(100) }))).toContain('2 ')
    expect(textOf(cpu({ usage: peak(100), from: 300 }))).toContain('3.33 ')
  })

  it('is rounded to the nearest value, but never below its request', () => {
    expect(said(cpu({ usage: peak(10), from: 300, to: 105 }))).toEqual([350, 'limit.ratio'])
    expect(said(cpu({ values: { 'limits.cpu': '505m' }, usage: peak(10), to: 257 }))).toEqual([
      260,
      'limit.ratio',
    ])
    expect(said(cpu({ values: { 'limits.cpu': '501m' }, usage: peak(10), to: 251 }))).toEqual([
      251,
      'limit.ratio',
    ])
  })

  it('that is the request stays the request', () => {
    expect(said(cpu({ values: { 'limits.cpu': '500m' }, usage: peak(100), to: 253 }))).toEqual([
      253,
      'limit.ratio',
    ])
  })

  it('is not lowered below the highest usage, nor raised to it', () => {
    const advice = cpu({ usage: peak(777) })
    expect(said(advice)).toEqual([780, 'limit.ratio', 'limit.peak'])
    expect(textOf(advice)).toContain('777m')
    expect(said(cpu({ usage: peak(500) }))).toEqual([500, 'limit.ratio'])
    expect(said(cpu({ usage: peak(501) }))).toEqual([510, 'limit.ratio', 'limit.peak'])
    expect(said(cpu({ usage: peak(4000) }))).toEqual([1000, 'limit.ratio', 'limit.peak'])
    expect(said(cpu({}))).toEqual([1000, 'limit.ratio', 'limit.peak'])
  })

  it('below its request is raised to it', () => {
    expect(said(cpu({ values: { 'limits.cpu': '100m' }, usage: peak(50), to: 600 }))).toEqual([
      600,
      'limit.ratio',
    ])
  })

  it.each<[string, ReturnType<typeof limit>, readonly (string | number)[]]>([
    ['is unsure where none is set', cpu({ values: { 'limits.memory': '1Gi' } }), ['unsure']],
    [
      'stays without a request',
      limit(input({ 'limits.cpu': '1' }), 'cpu', { request: undefined, days: 14 }),
      [1000, 'limit.alone'],
    ],
    ['stays when its request stays', cpu({ to: 500 }), [1000, 'limit.ratio']],
  ])('%s', (_name, advice, wanted) => {
    expect(said(advice)).toEqual(wanted)
    expect(textOf(advice)).toMatch(/\w/)
  })

  it('is unsure of memory where only CPU is limited', () => {
    const advice = limit(input({ 'limits.cpu': '1' }), 'memory', { request: { from: 1, to: 2 }, days: 14 })
    expect(said(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toContain('memory')
  })
})

describe('a CPU limit that holds its container back', () => {
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
    ['in less is held', { usage: held(0.249) }, [1000, 'limit.throttled']],
    ['in more than a hundredth is held', { usage: held(0.011) }, [1000, 'limit.throttled']],
    ['in a hundredth falls with its request', { usage: held(0.01) }, [500, 'limit.ratio']],
    ['in a hundredth rises with its request', { usage: held(0.2), to: 600 }, [1200, 'limit.ratio']],
    [
      'counts the last three days alone',
      { usage: held(0, 0, 0.3, 0.3, 0.3) },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    ['counts the last three days alone, and no others', { usage: held(0.9, 0, 0, 0) }, [500, 'limit.ratio']],
    [
      'counts the window without days',
      { usage: { ...peak(400), throttledShare: 0.4 } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'counts the window where the days are empty',
      { usage: { ...peak(400), throttledShare: 0.4, throttling: [{ day: 1, periods: 0, throttled: 0 }] } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'counts days before the window',
      { usage: { ...held(0.3), throttledShare: 0 } },
      [1250, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'is held for the window where the last days were calm',
      { usage: { ...held(0), throttledShare: 0.02 } },
      [1000, 'limit.throttled'],
    ],
    [
      'is raised to four times the busiest slot at most',
      { usage: { ...held(0.3), ...peak(300) } },
      [1200, 'limit.throttled', 'limit.throttled'],
    ],
    [
      'is not lowered to four times the busiest slot',
      { usage: { ...held(0.3), ...peak(100) } },
      [1000, 'limit.throttled'],
    ],
    ['stays where its proportion raises it further', { usage: held(0.3), to: 700 }, [1400, 'limit.ratio']],
    [
      'is raised by a quarter where its proportion raises it less',
      { usage: held(0.3), to: 510 },
      [1250, 'limit.ratio', 'limit.throttled'],
    ],
    ['stays where its usage is not known', { usage: { throttledShare: 0.4 } }, [1000, 'limit.throttled']],
    [
      'is raised where its request stays',
      { usage: held(0.3), to: 500 },
      [1250, 'limit.ratio', 'limit.throttled'],
    ],
  ])('%s', (_name, given, wanted) => {
    expect(said(cpu(given))).toEqual(wanted)
  })

  it('weighs days by their periods', () => {
    const throttling = [
      { day: 0, periods: 100, throttled: 100 },
      { day: 1, periods: 900, throttled: 0 },
    ]
    const advice = cpu({ usage: { ...peak(400), throttling } })
    expect(said(advice)).toEqual([1000, 'limit.throttled'])
    expect(textOf(advice)).toContain('10 %')
    expect(textOf(cpu({ usage: held(0.0123) }))).toContain('1.2 %')
    expect(textOf(cpu({ usage: held(0.3) }))).toMatch(/30 %.*3 days/)
  })

  it('says nothing of a memory limit', () => {
    const container = input(
      { 'limits.memory': '512Mi', 'limits.cpu': '1' },
      { ...held(0.5), memory: inBucket(1, { peak: 10 * Mi }) },
    )
    const advice = limit(container, 'memory', { request: { from: 512 * Mi, to: 256 * Mi }, days: 14 })
    expect(said(advice)).toEqual([256 * Mi, 'limit.ratio'])
  })
})

describe('a memory limit', () => {
  const memory = (given: Case & { readonly peak?: number }) => {
    const { values = { 'limits.memory': '1Gi' }, from = 512, to = 256, days = 16, peak: high } = given
    const usage = high === undefined ? {} : { memory: inBucket(1, { peak: high * Mi }) }
    return limit(input(values, usage), 'memory', { request: { from: from * Mi, to: to * Mi }, days })
  }
  const inMi = (advice: ReturnType<typeof limit>) => {
    const [value, ...rules] = said(advice)
    return [typeof value === 'number' ? value / Mi : value, ...rules]
  }

  it.each<[string, Parameters<typeof memory>[0], readonly (string | number)[]]>([
    ['keeps its proportion', { peak: 100 }, [512, 'limit.ratio']],
    ['keeps its proportion, up', { peak: 100, to: 600 }, [1200, 'limit.ratio']],
    [
      'that is its request stays so, down to the peak',
      { values: { 'limits.memory': '512Mi' }, peak: 300 },
      [300, 'limit.ratio', 'limit.peak'],
    ],
    [
      'close to its request may come as near to the peak',
      { values: { 'limits.memory': '537Mi' }, peak: 260 },
      [268, 'limit.ratio'],
    ],
    [
      'apart from its request keeps a quarter over the peak after 16 days',
      { peak: 500 },
      [640, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'apart from its request keeps half over the peak after 4 days',
      { peak: 500, days: 4 },
      [752, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'apart from its request keeps twice the peak more at most',
      { peak: 340, days: 0 },
      [1024, 'limit.ratio', 'limit.unseen'],
    ],
    ['is never raised for that room', { peak: 900 }, [1024, 'limit.ratio', 'limit.unseen']],
    ['falls in proportion where the room is there', { peak: 408 }, [512, 'limit.ratio']],
    [
      'keeps the room where the proportion is just too little',
      { peak: 412 },
      [528, 'limit.ratio', 'limit.unseen'],
    ],
    ['keeps what it is where no usage is known', {}, [1024, 'limit.ratio', 'limit.unseen']],
    [
      'is apart from its request from a twentieth on',
      { values: { 'limits.memory': '540Mi' }, peak: 260 },
      [328, 'limit.ratio', 'limit.unseen'],
    ],
  ])('%s', (_name, given, wanted) => {
    expect(inMi(memory(given))).toEqual(wanted)
  })

  it('says how much room there is, and why', () => {
    expect(textOf(memory({ peak: 500 }))).toMatch(/2 .*\n25 % .*500Mi .*16\.0 /)
    expect(textOf(memory({ peak: 500, values: { 'limits.memory': '512Mi' } }))).toMatch(/500Mi/)
    expect(textOf(memory({ peak: 340, days: 0 }))).toMatch(/200 %/)
  })
})
