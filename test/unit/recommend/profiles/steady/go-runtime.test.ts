import { describe, expect, it } from 'vitest'
import { goMaxProcs, goMemoryLimit } from '../../../../../plugin/recommend/profiles/steady/go-runtime.ts'
import { containerInput, inBucket, options, textOf, valueAndRules } from './rule-builders.ts'

const Mi = 1024 ** 2

describe('GOMAXPROCS', () => {
  const declared = (cpu?: number) =>
    containerInput({ 'env.GOMAXPROCS': '4' }, cpu === undefined ? {} : { cpu: inBucket(1, { peak: cpu }) })

  it.each([
    [1000, 1],
    [1001, 2],
    [2500, 3],
  ])('for a CPU limit of %dm is %d', (cpuLimit, cores) => {
    const advice = goMaxProcs(declared(9000), { cpuLimit, cpuRequest: 8000 })
    expect(valueAndRules(advice)).toEqual([cores, 'go.maxprocs'])
    expect(textOf(advice)).toContain(`${cpuLimit}m`)
  })

  it.each([
    ['the request', 500, 2500, 3],
    ['the peak', 3100, 2500, 4],
  ])('without a limit follows %s when that is larger', (_name, peak, cpuRequest, cores) => {
    const advice = goMaxProcs(declared(peak), { cpuRequest })
    expect(valueAndRules(advice)).toEqual([cores, 'go.maxprocs'])
    expect(textOf(advice)).toContain(`${Math.max(peak, cpuRequest)}m`)
  })

  it('without a limit follows whichever of request and peak is known', () => {
    expect(valueAndRules(goMaxProcs(declared(), { cpuRequest: 1500 }))).toEqual([2, 'go.maxprocs'])
    expect(valueAndRules(goMaxProcs(declared(1500), {}))).toEqual([2, 'go.maxprocs'])
  })

  it.each([
    ['there is no limit, request or usage', declared(), {}],
    ['it is not set', containerInput({}), { cpuLimit: 1000 }],
    ['it is not a whole number', containerInput({ 'env.GOMAXPROCS': 'all' }), { cpuLimit: 1000 }],
  ])('is unsure when %s', (_name, container, bounds) => {
    const advice = goMaxProcs(container, bounds)
    expect(valueAndRules(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toMatch(/\w/)
  })
})

describe('GOMEMLIMIT', () => {
  const declared = containerInput({ 'env.GOMEMLIMIT': '400MiB' })

  it('is a share of the memory limit, in whole MiB', () => {
    const advice = goMemoryLimit(declared, { memoryLimit: 513 * Mi, memoryRequest: 100 * Mi }, options)
    expect(valueAndRules(advice)).toEqual([461 * Mi, 'go.memlimit'])
    expect(textOf(advice)).toMatch(/90 % .* limit .*513Mi/)
  })

  it('is a share of the request without a limit', () => {
    const advice = goMemoryLimit(declared, { memoryRequest: 100 * Mi }, { ...options, goMemoryShare: 50 })
    expect(valueAndRules(advice)).toEqual([50 * Mi, 'go.memlimit'])
    expect(textOf(advice)).toMatch(/50 % .* request .*100Mi/)
  })

  it.each([
    ['neither is set', declared, {}],
    ['it is not set', containerInput({}), { memoryLimit: 100 * Mi }],
    ['it is not a size', containerInput({ 'env.GOMEMLIMIT': 'off' }), { memoryLimit: 100 * Mi }],
  ])('is unsure when %s', (_name, container, bounds) => {
    const advice = goMemoryLimit(container, bounds, options)
    expect(valueAndRules(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toMatch(/\w/)
  })
})
