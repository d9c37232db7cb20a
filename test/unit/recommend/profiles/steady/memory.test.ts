import { describe, expect, it } from 'vitest'
import { packDays } from '../../../../../plugin/model/daily.ts'
import type { ContainerUsage, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { memoryScale } from '../../../../../plugin/model/sketch.ts'
import { memoryRequest } from '../../../../../plugin/recommend/profiles/steady/memory.ts'
import { containerInput, evidence, inBucket, shortEvidence, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2

describe('a memory request', () => {
  const memory = (peak: number, more: Partial<ResourceUsage> = {}): Partial<ContainerUsage> => ({
    memory: inBucket(1, { peak: peak * Mi, ...more }),
  })
  const ask = (
    values: Parameters<typeof containerInput>[0],
    usage: Partial<ContainerUsage>,
    known = evidence(),
  ) => {
    const advice = memoryRequest(containerInput(values, usage), known)
    const [value, ...rules] = valueAndRules(advice)
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

  it('is the peak plus a margin', () => {
    const { answer, text } = ask(of('100Mi'), memory(200))
    expect(answer).toEqual([232, 'memory.peak'])
    expect(text).toMatch(/200Mi.*15 %.*232Mi/)
    expect(ask(of('100Mi'), memory(200), evidence({ memoryMargin: 50 })).answer).toEqual([300, 'memory.peak'])
  })

  it('grows by three quarters of what it rose since the same hours of the day before', () => {
    const recorder = usageRecorder(memoryScale, { first: 3600, step: 3600, count: 48 })
    for (let hour = 0; hour < 48; hour += 1) recorder.add(hour, (hour < 45 ? 200 : 300) * Mi)
    const risen = recorder.finish()
    const { answer, text } = ask(of('100Mi'), risen === undefined ? {} : { memory: risen })
    // 300Mi × 1.15 = 345Mi; 0.75 × 100Mi more, of values that are precise to 2.5 %.
    expect(answer[0]).toBeGreaterThan(410)
    expect(answer[0]).toBeLessThan(430)
    expect(text).toMatch(/The last three hours reached 300Mi, \d+Mi more than the day before/)
    const flat = usageRecorder(memoryScale, { first: 3600, step: 3600, count: 48 })
    for (let hour = 0; hour < 48; hour += 1) flat.add(hour, hour % 24 > 20 ? 300 * Mi : 200 * Mi)
    const daily = flat.finish()
    expect(ask(of('100Mi'), daily === undefined ? {} : { memory: daily }).answer).toEqual([
      348,
      'memory.peak',
    ])
  })

  it('is lowered by at most 30 % and at least 16 MiB, on a history that is long enough', () => {
    expect(ask(of('1000Mi'), memory(100)).answer).toEqual([704, 'memory.peak', 'step.down'])
    expect(ask(of('1000Mi'), memory(100), shortEvidence()).answer).toEqual(['unsure'])
    expect(ask(of('1000Mi'), memory(100), evidence({ maximumDecrease: 10 })).answer).toEqual([
      912,
      'memory.peak',
      'step.down',
    ])
    expect(ask(of('31Mi'), memory(1)).answer).toEqual([31, 'memory.peak', 'step.small'])
    expect(ask(of('32Mi'), memory(1), evidence({ maximumDecrease: 90 })).answer).toEqual([16, 'memory.peak'])
  })

  const week = (...peaks: number[]): Partial<ContainerUsage> =>
    memory(Math.max(...peaks), {
      daily: packDays(peaks.map((peak, day) => ({ day, sketch: [], peak: peak * Mi, samples: 1 }))),
    })
  const oneHighDay = week(100, 100, 200, 400, 100, 100, 100)

  it('follows the recurring peak when the limit has room for one higher day', () => {
    expect(ask(of('320Mi', '500Mi'), oneHighDay).answer).toEqual([232, 'memory.peak'])
    const { text } = ask(of('320Mi', '500Mi'), oneHighDay)
    expect(text).toContain('200Mi')
    expect(text).not.toBe(ask(of('320Mi', '500Mi'), memory(200)).text)
  })

  it.each([
    ['there is no limit', of('100Mi')],
    ['the limit is less than 25 % above the highest peak', of('300Mi', '499Mi')],
    ['the limit is less than 25 % above the request', of('401Mi', '500Mi')],
  ])('follows the highest peak when %s', (_name, values) => {
    expect(ask(values, oneHighDay).answer[0]).toBe(460)
  })

  it('counts a limit of 25 % above the request as room', () => {
    expect(ask(of('400Mi', '500Mi'), oneHighDay, evidence({ maximumDecrease: 90 })).answer).toEqual([
      232,
      'memory.peak',
    ])
  })

  describe('after an OOM kill', () => {
    const killed = (peak: number, oomKills = 1) => ({ ...memory(peak), oomKills })

    it('is 20 % or 100 MiB above the limit', () => {
      const { answer, text } = ask(of('500Mi', '1000Mi'), killed(900, 2))
      expect(answer).toEqual([1200, 'memory.peak', 'memory.oom'])
      expect(text).toMatch(/\n2 OOM kills .*1000Mi.*1200Mi/)
      expect(ask(of('50Mi', '100Mi'), killed(90)).answer).toEqual([200, 'memory.peak', 'memory.oom'])
      expect(ask(of('50Mi', '100Mi'), killed(90)).text).toMatch(/\n1 OOM kill .*100Mi.*200Mi/)
    })

    it('is above the peak without a limit, and never below the peak plus margin', () => {
      expect(ask(of('100Mi'), killed(200)).answer).toEqual([300, 'memory.peak', 'memory.oom'])
      expect(ask(of('1000Mi', '1000Mi'), killed(2000)).answer).toEqual([2304, 'memory.peak', 'memory.oom'])
    })

    it('is raised even by a little', () => {
      expect(ask(of('296Mi', '200Mi'), killed(190)).answer).toEqual([300, 'memory.peak', 'memory.oom'])
    })
  })

  describe('with GOMEMLIMIT', () => {
    it('is not raised for usage alone, because the Go runtime uses what it is given', () => {
      const { answer, text } = ask(of('100Mi', '200Mi', '180MiB'), memory(190))
      expect(answer).toEqual([100, 'memory.peak', 'go.held'])
      expect(text).toContain('GOMEMLIMIT')
    })

    it('is raised after an OOM kill, and lowered like any other', () => {
      expect(ask(of('100Mi', '200Mi', '180MiB'), { ...memory(190), oomKills: 1 }).answer[0]).toBe(300)
      expect(ask(of('1000Mi', '1000Mi', '900MiB'), memory(100)).answer).toEqual([
        704,
        'memory.peak',
        'step.down',
      ])
      expect(ask(of('232Mi', '500Mi', '400MiB'), memory(200)).answer).toEqual([
        232,
        'memory.peak',
        'step.small',
      ])
    })

    it('is raised like any other when GOMEMLIMIT is not a size', () => {
      expect(ask(of('100Mi', '200Mi', 'off'), memory(190)).answer).toEqual([220, 'memory.peak'])
    })
  })
})
