import { describe, expect, it } from 'vitest'
import { goMaxProcs, goMemoryLimit } from '../../../../../plugin/recommend/profiles/steady/go-runtime.ts'
import { inBucket, input, options, said, textOf } from './parts.ts'

const Mi = 1024 ** 2

describe('GOMAXPROCS', () => {
  const declared = (cpu?: number) =>
    input({ 'env.GOMAXPROCS': '4' }, cpu === undefined ? {} : { cpu: inBucket(1, { peak: cpu }) })

  it.each([
    [1000, 1],
    [1001, 2],
    [2500, 3],
  ])('is the CPU limit of %dm in whole cores: %d', (cpuLimit, cores) => {
    const advice = goMaxProcs(declared(9000), { cpuLimit, cpuRequest: 8000 })
    expect(said(advice)).toEqual([cores, 'go.maxprocs'])
    expect(textOf(advice)).toContain(`${cpuLimit}m`)
  })

  it.each([
    ['the request', 500, 2500, 3],
    ['the peak', 3100, 2500, 4],
  ])('without a limit is %s where that is the larger', (_name, peak, cpuRequest, cores) => {
    const advice = goMaxProcs(declared(peak), { cpuRequest })
    expect(said(advice)).toEqual([cores, 'go.maxprocs'])
    expect(textOf(advice)).toContain(`${Math.max(peak, cpuRequest)}m`)
  })

  it('without a limit is the one of request and peak that is known', () => {
    expect(said(goMaxProcs(declared(), { cpuRequest: 1500 }))).toEqual([2, 'go.maxprocs'])
    expect(said(goMaxProcs(declared(1500), {}))).toEqual([2, 'go.maxprocs'])
  })

  it.each([
    ['nothing is known of the container', declared(), {}],
    ['it is not set', input({}), { cpuLimit: 1000 }],
    ['it is not a whole number', input({ 'env.GOMAXPROCS': 'all' }), { cpuLimit: 1000 }],
  ])('is unsure when %s', (_name, container, bounds) => {
    const advice = goMaxProcs(container, bounds)
    expect(said(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toMatch(/\w/)
  })
})

describe('GOMEMLIMIT', () => {
  const declared = input({ 'env.GOMEMLIMIT': '400MiB' })

  it('is a share of the memory limit, in whole MiB', () => {
    const advice = goMemoryLimit(declared, { memoryLimit: 513 * Mi, memoryRequest: 100 * Mi }, options)
    expect(said(advice)).toEqual([461 * Mi, 'go.memlimit'])
    expect(textOf(advice)).toMatch(/90 % .* limit .*513Mi/)
  })

  it('is a share of the request without a limit', () => {
    const advice = goMemoryLimit(declared, { memoryRequest: 100 * Mi }, { ...options, goMemoryShare: 50 })
    expect(said(advice)).toEqual([50 * Mi, 'go.memlimit'])
    expect(textOf(advice)).toMatch(/50 % .* request .*100Mi/)
  })

  it.each([
    ['neither is set', declared, {}],
    ['it is not set', input({}), { memoryLimit: 100 * Mi }],
    ['it is not a size', input({ 'env.GOMEMLIMIT': 'off' }), { memoryLimit: 100 * Mi }],
  ])('is unsure when %s', (_name, container, bounds) => {
    const advice = goMemoryLimit(container, bounds, options)
    expect(said(advice)).toEqual(['unsure'])
    expect(textOf(advice)).toMatch(/\w/)
  })
})
