import { describe, expect, it } from 'vitest'
import { packDays } from '../../../../../plugin/model/daily.ts'
import type { ContainerUsage, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { levelOf, packLevels } from '../../../../../plugin/model/series.ts'
import { bucketOf, bucketStart, cpuScale, type Sketch } from '../../../../../plugin/model/sketch.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import {
  cpuRequest,
  memoryRequest,
  wantedCpu,
} from '../../../../../plugin/recommend/profiles/steady/vertical.ts'
import { evidence, inBucket, input, said, textOf, thin } from './parts.ts'

const Mi = 1024 ** 2
/** Upper end of a CPU bucket, as a request would be. */
const end = (bucket: number): number => roundCpu(bucketStart(cpuScale, bucket + 1))

const cpu = (sketch: Sketch, more: Partial<ResourceUsage> = {}): Partial<ContainerUsage> => ({
  cpu: inBucket(0, { sketch, ...more }),
})

describe('the CPU that is worth its price', () => {
  const wanted = (sketch: Sketch, changed = {}) => wantedCpu(input({}, cpu(sketch)), evidence(changed))

  it('is unsure without samples', () => {
    expect(said(wantedCpu(input({}), evidence()))).toEqual(['unsure'])
    expect(said(wantedCpu(input({}, cpu([[1, 1]], { samples: 0 })), evidence()))).toEqual(['unsure'])
    expect(textOf(wantedCpu(input({}), evidence()))).toMatch(/\w/)
  })

  it('is the bucket of flat usage', () => {
    const advice = wanted([[14, 100]])
    expect(said(advice)).toEqual([end(14), 'cpu.price'])
    expect(textOf(advice)).toMatch(/flat.*100 %.*\b25 /)
  })

  it('says which share of the time it covers, cut to a tenth of a percent', () => {
    expect(
      textOf(
        wanted([
          [30, 98_666],
          [60, 1334],
        ]),
      ),
    ).toMatch(/98\.6 %/)
    expect(
      textOf(
        wanted([
          [30, 95],
          [150, 5],
        ]),
      ),
    ).toMatch(/bursty.*\b95 %/)
  })

  /** The highest share of the time in a far bucket at which the request does not yet reach it. */
  const bearable = (near: number, far: number, changed = {}): number => {
    for (let share = 1; share < 1000; share += 1)
      if (
        said(
          wanted(
            [
              [near, 10_000 - share],
              [far, share],
            ],
            changed,
          ),
        )[0] === end(far)
      )
        return (share - 1) / 1e4
    return 1
  }
  /** What a share of the time is, in minutes a day for each 100m between two buckets. */
  const minutes = (near: number, far: number, share: number): number =>
    (share * 1440 * 100) / (bucketStart(cpuScale, far + 1) - bucketStart(cpuScale, near + 1))

  it('reaches as far as the next 100m spare 25 minutes a day, for a small container', () => {
    expect(minutes(14, 20, bearable(14, 20))).toBeCloseTo(25, 0)
    expect(minutes(14, 20, bearable(14, 20, { cpuSpare: 10 }))).toBeCloseTo(10, 0)
  })

  it('reaches further for a large container, by the square root of its size, to half of the minutes', () => {
    // A mean near 500m: √½ of 25 minutes; near 4000m: half.
    const [half, large] = [bucketOf(cpuScale, 500), bucketOf(cpuScale, 4000)]
    expect(minutes(half, half + 10, bearable(half, half + 10))).toBeCloseTo(17.5, 0)
    expect(minutes(large, large + 3, bearable(large, large + 3))).toBeCloseTo(12.5, 0)
  })

  it('reaches less far when it is reviewed more often, by the square root of the days', () => {
    expect(minutes(14, 20, bearable(14, 20, { reviewDays: 1 }))).toBeCloseTo(25 * Math.sqrt(7), 0)
    expect(minutes(14, 20, bearable(14, 20, { reviewDays: 28 }))).toBeCloseTo(25, 0)
  })

  it('covers the share of the time that it must, whatever that costs', () => {
    const often: Sketch = [
      [14, 89],
      [150, 11],
    ]
    expect(said(wanted(often, { cpuPercentile: 90 }))[0]).toBe(end(150))
    expect(said(wanted(often, { cpuPercentile: 89 }))[0]).toBe(end(14))
  })
})

describe('a CPU request', () => {
  const ask = (from: string | undefined, usage: Partial<ContainerUsage>, known = evidence()) =>
    cpuRequest(input(from === undefined ? {} : { 'requests.cpu': from }, usage), known)

  it('is never added', () => {
    expect(said(ask(undefined, cpu([[30, 1]])))).toEqual(['unsure'])
    expect(textOf(ask(undefined, cpu([[30, 1]])))).toMatch(/request/)
  })

  it('is unsure without samples', () => {
    expect(said(ask('1', {}))).toEqual(['unsure'])
  })

  it('rises at once and falls by half at most, to a rounded value', () => {
    expect(said(ask('100m', cpu([[80, 1]])))).toEqual([end(80), 'cpu.price'])
    expect(said(ask('1111m', cpu([[14, 1]])))).toEqual([560, 'cpu.price', 'pace.down'])
    expect(said(ask('1111m', cpu([[14, 1]]), evidence({ maximumCpuDecrease: 20 })))).toEqual([
      890,
      'cpu.price',
      'pace.down',
    ])
    expect(said(ask('1111m', cpu([[14, 1]]), thin()))).toEqual(['unsure'])
  })

  it('moves by ten millicores at least, unless usage is above it for too much of the time', () => {
    const small = cpu([[0, 1]])
    expect(said(ask('19m', small))).toEqual([19, 'cpu.price', 'pace.small'])
    expect(said(ask('20m', small))).toEqual([10, 'cpu.price'])
    // The end of bucket 30 is 709m: 650m covers none of it, 640m a little less than that.
    const tight = cpu([[30, 1]])
    const top = bucketStart(cpuScale, 31)
    expect(said(ask(`${Math.ceil(top) - 1}m`, tight))[1]).toBe('cpu.price')
    const tenth = bucketStart(cpuScale, 30) + (top - bucketStart(cpuScale, 30)) * 0.9
    expect(said(ask(`${Math.floor(tenth)}m`, tight))).toEqual([end(30), 'cpu.price'])
    expect(said(ask(`${Math.ceil(tenth)}m`, tight))).toEqual([Math.ceil(tenth), 'cpu.price', 'pace.small'])
    expect(said(ask(`${Math.ceil(tenth)}m`, tight, evidence({ cpuPercentile: 95 })))).toEqual([
      end(30),
      'cpu.price',
    ])
  })

  describe('that was wanted higher on the days before', () => {
    const day = (nth: number, bucket: number) => ({
      day: nth,
      sketch: [[bucket, 1000]] as Sketch,
      peak: 1,
      samples: 1000,
    })
    /** Ten days in bucket 20, but for some before the last; with weight enough to be covered on the next two. */
    const usage = (high: number) =>
      cpu([[20, 1]], {
        daily: packDays(Array.from({ length: 10 }, (_, nth) => day(nth, nth === 9 - high ? 60 : 20))),
      })
    const days = (known: ReturnType<typeof evidence>, high: number) =>
      said(ask('5', usage(high), known)).includes('pace.days')

    it('falls no lower than that on any of three days, when it is reviewed daily', () => {
      const daily = evidence({ reviewDays: 1, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect([1, 2, 3, 4].map((high) => days(daily, high))).toEqual([true, true, false, false])
      expect(said(ask('5', usage(2), daily))[0]).toBe(end(60))
    })

    it('falls no lower than that on any of two, when it is reviewed every other day', () => {
      const known = evidence({ reviewDays: 2, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect([1, 2, 3].map((high) => days(known, high))).toEqual([true, false, false])
    })

    it('falls when it is reviewed every three days or less often', () => {
      const known = evidence({ reviewDays: 3, maximumCpuDecrease: 100, cpuPercentile: 60 })
      expect(days(known, 1)).toBe(false)
    })

    it('falls when only as many days are known', () => {
      const known = evidence({ reviewDays: 1, maximumCpuDecrease: 100, cpuPercentile: 60 })
      const seen = (count: number) =>
        cpu([[20, 1]], {
          daily: packDays(Array.from({ length: count }, (_, nth) => day(nth, nth === count - 2 ? 60 : 20))),
        })
      expect(said(ask('5', seen(3), known))).not.toContain('pace.days')
      expect(said(ask('5', seen(4), known))).toContain('pace.days')
    })
  })

  describe('where load is spread unevenly', () => {
    const uneven = (busiest: number) =>
      cpu([[10, 1]], {
        highest: packLevels(
          { first: 3600, step: 3600 },
          Uint8Array.from({ length: 48 }, () => levelOf(cpuScale, busiest)),
        ),
      })

    it('covers the busiest pod for half of the time', () => {
      const advice = ask('50m', uneven(900))
      expect(said(advice)).toEqual([900, 'cpu.price', 'cpu.busiest'])
      expect(textOf(advice)).toMatch(/89\dm|9\d\dm/)
    })

    it('is not lowered for a busiest pod that needs less', () => {
      expect(said(ask('50m', uneven(20)))).toEqual([end(10), 'cpu.price'])
    })

    it('is still unsure without samples', () => {
      expect(said(ask('50m', { cpu: { ...inBucket(0), ...uneven(900).cpu, samples: 0 } }))).toEqual([
        'unsure',
      ])
    })
  })
})

describe('a memory request', () => {
  const memory = (peak: number, more: Partial<ResourceUsage> = {}): Partial<ContainerUsage> => ({
    memory: inBucket(1, { peak: peak * Mi, ...more }),
  })
  const ask = (values: Parameters<typeof input>[0], usage: Partial<ContainerUsage>, known = evidence()) => {
    const advice = memoryRequest(input(values, usage), known)
    const [value, ...rules] = said(advice)
    return { answer: [typeof value === 'number' ? value / Mi : value, ...rules], text: textOf(advice) }
  }
  const of = (request: string, limit?: string, go?: string) => ({
    'requests.memory': request,
    ...(limit === undefined ? {} : { 'limits.memory': limit }),
    ...(go === undefined ? {} : { 'env.GOMEMLIMIT': go }),
  })

  it('is never added, and unsure without samples', () => {
    expect(ask({}, memory(100)).answer).toEqual(['unsure'])
    expect(ask({}, memory(100)).text).toMatch(/request/)
    expect(ask(of('100Mi'), {}).answer).toEqual(['unsure'])
    expect(ask(of('100Mi'), {}).text).toMatch(/memory/)
    expect(ask(of('100Mi'), memory(100, { samples: 0 })).answer).toEqual(['unsure'])
  })

  it('is the peak with head-room', () => {
    const { answer, text } = ask(of('100Mi'), memory(200))
    expect(answer).toEqual([232, 'memory.peak'])
    expect(text).toMatch(/200Mi.*15 %.*232Mi/)
    expect(ask(of('100Mi'), memory(200), evidence({ memoryMargin: 50 })).answer).toEqual([300, 'memory.peak'])
  })

  it('falls by 30 % at most, on enough evidence, by 16 MiB at least', () => {
    expect(ask(of('1000Mi'), memory(100)).answer).toEqual([704, 'memory.peak', 'pace.down'])
    expect(ask(of('1000Mi'), memory(100), thin()).answer).toEqual(['unsure'])
    expect(ask(of('1000Mi'), memory(100), evidence({ maximumDecrease: 10 })).answer).toEqual([
      912,
      'memory.peak',
      'pace.down',
    ])
    expect(ask(of('31Mi'), memory(1)).answer).toEqual([31, 'memory.peak', 'pace.small'])
    expect(ask(of('32Mi'), memory(1), evidence({ maximumDecrease: 90 })).answer).toEqual([16, 'memory.peak'])
  })

  const week = (...peaks: number[]): Partial<ContainerUsage> =>
    memory(Math.max(...peaks), {
      daily: packDays(peaks.map((peak, day) => ({ day, sketch: [], peak: peak * Mi, samples: 1 }))),
    })
  const odd = week(100, 100, 200, 400, 100, 100, 100)

  it('follows the peak that recurs where a limit keeps room for the odd one', () => {
    expect(ask(of('320Mi', '500Mi'), odd).answer).toEqual([232, 'memory.peak'])
    // The one day whose peak is higher is named, and no other text says so.
    const ordinary = ask(of('320Mi', '500Mi'), memory(200)).text
    const { text } = ask(of('320Mi', '500Mi'), odd)
    expect(text).toContain('200Mi')
    expect(text).not.toBe(ordinary)
    expect(ordinary.split(' ')[0]).toMatch(/\w/)
  })

  it.each([
    ['no limit keeps room', of('100Mi')],
    ['a limit is closer to the odd peak than a quarter', of('300Mi', '499Mi')],
    ['a limit is closer to the request than a quarter', of('401Mi', '500Mi')],
  ])('follows the highest peak where %s', (_name, values) => {
    expect(ask(values, odd).answer[0]).toBe(460)
  })

  it('takes a request of a quarter below the limit as apart from it', () => {
    expect(ask(of('400Mi', '500Mi'), odd, evidence({ maximumDecrease: 90 })).answer).toEqual([
      232,
      'memory.peak',
    ])
  })

  describe('after an OOM kill', () => {
    const killed = (peak: number, oomKills = 1) => ({ ...memory(peak), oomKills })

    it('rises above the limit by a fifth, or by 100 MiB', () => {
      const { answer, text } = ask(of('500Mi', '1000Mi'), killed(900, 2))
      expect(answer).toEqual([1200, 'memory.peak', 'memory.oom'])
      expect(text).toMatch(/\n2 OOM kills .*1000Mi.*1200Mi/)
      expect(ask(of('50Mi', '100Mi'), killed(90)).answer).toEqual([200, 'memory.peak', 'memory.oom'])
      expect(ask(of('50Mi', '100Mi'), killed(90)).text).toMatch(/\n1 OOM kill .*100Mi.*200Mi/)
    })

    it('rises above the peak without a limit, and never below it with head-room', () => {
      expect(ask(of('100Mi'), killed(200)).answer).toEqual([300, 'memory.peak', 'memory.oom'])
      expect(ask(of('1000Mi', '1000Mi'), killed(2000)).answer).toEqual([2304, 'memory.peak', 'memory.oom'])
    })

    it('rises however little that is', () => {
      expect(ask(of('296Mi', '200Mi'), killed(190)).answer).toEqual([300, 'memory.peak', 'memory.oom'])
    })
  })

  describe('of a Go program with a soft limit', () => {
    it('is not raised for usage alone, which fills the room it has', () => {
      const { answer, text } = ask(of('100Mi', '200Mi', '180MiB'), memory(190))
      expect(answer).toEqual([100, 'memory.peak', 'go.held'])
      expect(text).toContain('GOMEMLIMIT')
    })

    it('is raised after an OOM kill, and lowered as any other', () => {
      expect(ask(of('100Mi', '200Mi', '180MiB'), { ...memory(190), oomKills: 1 }).answer[0]).toBe(300)
      expect(ask(of('1000Mi', '1000Mi', '900MiB'), memory(100)).answer).toEqual([
        704,
        'memory.peak',
        'pace.down',
      ])
      expect(ask(of('232Mi', '500Mi', '400MiB'), memory(200)).answer).toEqual([
        232,
        'memory.peak',
        'pace.small',
      ])
    })

    it('is raised as any other where the soft limit is no size', () => {
      expect(ask(of('100Mi', '200Mi', 'off'), memory(190)).answer).toEqual([220, 'memory.peak'])
    })
  })
})
