import { describe, expect, it } from 'vitest'
import { limit } from '../../../../../plugin/recommend/profiles/steady/limits.ts'
import { type Case, evidenceOf } from './limit-ground.ts'
import { containerInput, inBucket, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2

describe('a memory limit', () => {
  const memory = (given: Case & { readonly peak?: number; readonly announced?: number }) => {
    const { values = { 'limits.memory': '1Gi' }, from = 512, to = 256, days = 16, peak: high, limits } = given
    const usage = high === undefined ? {} : { memory: inBucket(1, { peak: high * Mi }) }
    const container = containerInput(values, usage)
    const announced = [{ bytes: (given.announced ?? 0) * Mi, said: '-Xmx' }]
    return limit({ ...container, declared: { ...container.declared, announced } }, 'memory', {
      request: { from: from * Mi, to: to * Mi },
      days,
      evidence: evidenceOf(limits),
    })
  }
  const inMi = (advice: ReturnType<typeof limit>) => {
    const [value, ...rules] = valueAndRules(advice)
    return [typeof value === 'number' ? value / Mi : value, ...rules]
  }
  const ratio = { mode: 'ratio' } as const

  it.each<[string, Parameters<typeof memory>[0], readonly (string | number)[]]>([
    ['that covers the request and the peak stays', { peak: 100 }, [1024, 'limit.covers']],
    ['that is 15 % above the peak stays', { peak: 890, to: 900 }, [1024, 'limit.covers']],
    ['that is closer to the peak is raised', { peak: 900, to: 1000 }, [1136, 'limit.raised']],
    [
      'below the new request is raised with its ratio, and no further than 25 % over the peak after 16 days',
      { peak: 1000, to: 1100 },
      [1264, 'limit.raised'],
    ],
    ['below the new request is raised to it', { peak: 500, to: 1100 }, [1100, 'limit.raised']],
    [
      'equal to its request stays equal, down to the peak',
      { values: { 'limits.memory': '512Mi' }, peak: 300 },
      [300, 'limit.equal', 'limit.peak'],
    ],
    ['keeps its ratio by settings', { peak: 100, limits: ratio }, [512, 'limit.ratio']],
    ['keeps its ratio by settings, up', { peak: 100, to: 600, limits: ratio }, [1200, 'limit.ratio']],
    [
      'lowered by its ratio stays 25 % above the peak after 16 days',
      { peak: 500, limits: ratio },
      [640, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'lowered by its ratio stays 50 % above the peak after 4 days',
      { peak: 500, days: 4, limits: ratio },
      [752, 'limit.ratio', 'limit.unseen'],
    ],
    [
      'lowered by its ratio stays 15 % above the peak after 100 days',
      { peak: 500, days: 100, limits: ratio },
      [576, 'limit.ratio', 'limit.unseen'],
    ],
    ['is never raised for that margin', { peak: 900, limits: ratio }, [1024, 'limit.ratio', 'limit.unseen']],
    [
      'lowered by its ratio stays above what is announced',
      { peak: 100, announced: 700, limits: ratio },
      [704, 'limit.ratio', 'limit.unseen'],
    ],
  ])('%s', (_name, given, wanted) => {
    expect(inMi(memory(given))).toEqual(wanted)
  })

  it('names the margin and the peak', () => {
    expect(textOf(memory({ peak: 500, limits: ratio }))).toMatch(/2 .*\n.*28 % .*500Mi/)
    expect(textOf(memory({ peak: 500, values: { 'limits.memory': '512Mi' } }))).toMatch(/500Mi/)
  })
})
