import { describe, expect, it } from 'vitest'
import {
  resized,
  scaledMaxProcs,
  scaledMemoryLimit,
} from '../../../../../plugin/recommend/profiles/tortoise/apply.ts'
import { tortoiseDefaults } from '../../../../../plugin/recommend/profiles/tortoise/default-options.ts'
import {
  derivedPolicies,
  resizesPods,
  resourcePhase,
  wholePhase,
} from '../../../../../plugin/recommend/profiles/tortoise/phase.ts'
import { steppedTarget } from '../../../../../plugin/recommend/profiles/tortoise/target.ts'
import { mi, options } from './vectors.ts'

describe('pods', () => {
  it.each([
    [59, { request: 100, limit: 300 }, 'cpu', {}, { request: 200, limit: 600 }],
    [59, { request: 100 * mi, limit: 100 * mi }, 'memory', {}, { request: 200 * mi, limit: 200 * mi }],
    [60, { request: 100, limit: 200 }, 'cpu', { limitMultiplier: { cpu: 3 } }, { request: 200, limit: 600 }],
    [61, { request: 100, limit: 300 }, 'cpu', { minimumCpuLimit: 700 }, { request: 200, limit: 700 }],
  ] as const)('%i: %j', (_, template, resource, more, expected) => {
    expect(resized(resource, template, { stored: template.request * 2, options: options(more) })).toEqual(
      expected,
    )
  })

  it('62, 63: Go variables', () => {
    const bytes = 100 * 1024 ** 2
    expect([scaledMaxProcs(1, 2), scaledMaxProcs(1, 0.5)]).toEqual([2, 1])
    expect(scaledMemoryLimit(bytes, 2, options({ goMemLimit: true }))).toBe(209_715_200)
    expect(scaledMemoryLimit(bytes, 2, tortoiseDefaults)).toBe(bytes)
  })

  it('KRR list 78, 79: requests, limits and Go variables together', () => {
    const go = options({ goMemLimit: true })
    expect(resized('cpu', { request: 100, limit: 400 }, { stored: 50, options: go }).limit).toBe(200)
    expect(
      resized('memory', { request: 100 * mi, limit: 200 * mi }, { stored: 2000 * mi, options: go }).limit,
    ).toBe(4000 * mi)
    expect(scaledMemoryLimit(100 * 1024 ** 2, 20, go)).toBe(2_097_152_000)
  })

  it('64, 65: never lower', () => {
    const never = { neverLower: true, options: tortoiseDefaults }
    expect(resized('cpu', { request: 100, limit: 300 }, { stored: 200, ...never })).toEqual({
      request: 200,
      limit: 600,
    })
    expect(resized('memory', { request: 100 * mi, limit: 100 * mi }, { stored: mi, ...never })).toEqual({
      request: 100 * mi,
      limit: 100 * mi,
    })
    expect(resized('cpu', { request: 100, limit: 300 }, { stored: 300, ...never })).toEqual({
      request: 300,
      limit: 900,
    })
  })

  it('66: pods are not resized before there is data, and when Off', () => {
    expect(
      (['', 'Initializing', 'GatheringData'] as const).map((phase) => resizesPods('Auto', phase)),
    ).toEqual([false, false, false])
    expect([resizesPods('Off', 'Working'), resizesPods('Auto', 'PartlyWorking')]).toEqual([false, true])
  })
})

describe('policies and phases', () => {
  it('67: derived from the HPA', () => {
    const metrics = [
      { container: 'app', resource: 'memory' },
      { container: 'app2', resource: 'cpu' },
    ] as const
    const containers = (cpu: boolean) =>
      ['app', 'app2'].map((container) => ({ container, hasRequest: { cpu, memory: true } }))
    expect(derivedPolicies(containers(true), metrics)).toEqual([
      { container: 'app', cpu: 'Vertical', memory: 'Horizontal' },
      { container: 'app2', cpu: 'Horizontal', memory: 'Vertical' },
    ])
    expect(derivedPolicies(containers(false), metrics).map(({ cpu }) => cpu)).toEqual(['Off', 'Off'])
  })

  it('69, 70: gathering', () => {
    const phase = (gatheringDays: number, slots: { filled: boolean; weekly: boolean }) =>
      resourcePhase({ policy: 'Horizontal', gatheringDays }, slots)
    expect(phase(9, { filled: false, weekly: true })).toBe('GatheringData')
    expect(
      wholePhase([phase(8, { filled: true, weekly: true }), phase(6, { filled: true, weekly: true })]),
    ).toBe('PartlyWorking')
    expect(wholePhase([phase(8, { filled: true, weekly: true }), 'Off', 'Working'])).toBe('Working')
    expect(phase(2, { filled: true, weekly: false })).toBe('Working')
  })

  it('42, 43: after the interval, a target rises by bounded points and falls at once', () => {
    const how = (hoursAgo: number | undefined) => ({ hoursAgo, options: tortoiseDefaults })
    expect([
      steppedTarget(70, 90, how(undefined)),
      steppedTarget(70, 65, how(25)),
      steppedTarget(70, 90, how(24)),
    ]).toEqual([75, 65, 70])
  })
})
