import { describe, expect, it } from 'vitest'
import {
  type Hpa,
  type HpaUpdate,
  storeSizes,
  writeHpa,
} from '../../../../../plugin/recommend/profiles/tortoise/apply.ts'
import {
  derivedPolicies,
  phaseFor,
  resourcePhase,
  wholePhase,
} from '../../../../../plugin/recommend/profiles/tortoise/phase.ts'
import { updateSlots } from '../../../../../plugin/recommend/profiles/tortoise/replicas.ts'
import { tortoiseSizes } from '../../../../../plugin/recommend/profiles/tortoise/size.ts'
import { tortoiseTarget } from '../../../../../plugin/recommend/profiles/tortoise/target.ts'
import { gi, mi, options, resourcesOf, type Vector } from './vectors.ts'

describe('one run of Tortoise', () => {
  const suiteE = options({
    minimumTargetUtilization: 40,
    growAtPreferredReplicas: true,
    minimumRequest: { cpu: 10, memory: 10 * mi },
    minimumRequestPerContainer: { 'istio-proxy': { cpu: 11, memory: 11 * mi } },
    maxScalingDownRatio: 0,
    bufferRatio: 0,
    targetMaxIncrease: 25,
    targetIntervalHours: 1,
    externalMetricExclusion: '.*-exclude-metric',
  })
  const app: Vector = {
    policies: ['Horizontal', 'Vertical'],
    request: [4000, 4 * gi],
    usage: [3000, 3 * gi],
    targets: [50, 50],
  }
  const pass = (vectors: readonly Vector[], hpa: Partial<Hpa> = {}, order: Partial<HpaUpdate> = {}) => {
    const resources = vectors.flatMap(resourcesOf)
    const { sizes } = tortoiseSizes({ resources, replicas: 10, hpaMin: 1 }, suiteE)
    const [slot = { min: 3, max: 15 }] =
      updateSlots(
        [{ from: 0, to: 24, min: 3, max: 15, ageHours: 0 }],
        { now: { hour: 0, weekday: 0 }, replicas: 10 },
        suiteE,
      ) ?? []
    const targets = resources
      .filter(({ policy }) => policy === 'Horizontal')
      .map((one) => {
        const wanted = tortoiseTarget(one, 10, suiteE)
        const metric = {
          container: one.container,
          resource: one.resource,
          target: one.target ?? 0,
          phase: 'Working' as const,
        }
        return wanted === undefined ? metric : { ...metric, wanted }
      })
    const written = writeHpa(
      { min: 1, max: 100, targets, ...hpa },
      { mode: 'Auto', phase: 'Working', slot, ...order },
      suiteE,
    )
    return {
      sizes: sizes.map(({ value }) => value),
      targets: written.targets,
      bounds: [written.min, written.max],
      slot: [slot.min, slot.max],
      written,
    }
  }

  it('49: CPU horizontal, memory vertical', () => {
    const done = pass([app], { externalMetrics: ['kept', 'x-exclude-metric'] })
    expect(done).toMatchObject({ sizes: [4000, 3 * gi], targets: [75], bounds: [5, 20] })
    expect(done.written.externalMetrics).toEqual(['kept'])
  })

  it('50: bounds of the owner', () => {
    expect(pass([{ ...app, most: [1000, gi] }], {}, { specMax: 10 })).toMatchObject({
      sizes: [1000, gi],
      bounds: [5, 10],
      slot: [5, 20],
    })
  })

  it('51: two containers with unequal usage', () => {
    const done = pass([
      { ...app, request: [10_000, 10 * gi] },
      { ...app, container: 'istio-proxy' },
    ])
    expect(done).toMatchObject({ sizes: [6000, 3 * gi, 4000, 3 * gi], targets: [50, 75], bounds: [5, 20] })
  })

  it("52: a sidecar's own minimum", () => {
    const done = pass([
      { ...app, container: 'istio-proxy', request: [100, 200 * mi], usage: [75, mi] },
      { ...app, usage: [3000, mi] },
    ])
    expect(done).toMatchObject({ sizes: [100, 11 * mi, 4000, 10 * mi], targets: [75, 75] })
  })

  it('53: an emergency', () => {
    expect(phaseFor('Emergency', 'Working', true)).toBe('Emergency')
    const slot = { min: 3, max: 15 }
    expect(
      pass([{ ...app, usage: [1, 1] }], {}, { mode: 'Emergency', phase: 'Emergency', slot }),
    ).toMatchObject({ bounds: [15, 15], targets: [50] })
  })

  it('54: back to normal', () => {
    expect(phaseFor('Auto', 'Emergency', true)).toBe('BackToNormal')
    const order = { phase: phaseFor('Auto', 'Emergency', true), slot: { min: 5, max: 20 } }
    expect(pass([app], { min: 19, max: 20 }, order).bounds).toEqual([18, 20])
  })

  it('55: mode Off recommends and changes nothing', () => {
    const done = pass([app], {}, { mode: 'Off' })
    expect(done).toMatchObject({ bounds: [1, 100], targets: [50], slot: [5, 20] })
    expect(storeSizes([{ stored: 4000, wanted: 3000 }], { mode: 'Off' }).sizes).toEqual([4000])
    expect(
      tortoiseTarget(
        { container: 'app', resource: 'cpu', policy: 'Horizontal', request: 4000, usage: 3000, target: 50 },
        10,
        suiteE,
      ),
    ).toBe(75)
  })

  it('56: Vertical resources work at once', () => {
    const gathering = { filled: true, weekly: false }
    const phases = [
      resourcePhase({ policy: 'Horizontal', gatheringDays: 0.5 }, gathering),
      resourcePhase({ policy: 'Vertical', gatheringDays: 0 }, gathering),
    ]
    expect([phases, wholePhase(phases)]).toEqual([['GatheringData', 'Working'], 'PartlyWorking'])
    const targets = [
      { container: 'app', resource: 'cpu' as const, target: 50, wanted: 75, phase: 'GatheringData' as const },
    ]
    expect(pass([app], { targets })).toMatchObject({ bounds: [1, 100], targets: [50] })
    expect(pass([app]).sizes[1]).toBe(3 * gi)
  })

  it('57: an HPA that scales by memory reverses the policies', () => {
    const [policy] = derivedPolicies(
      [{ container: 'app', hasRequest: { cpu: true, memory: true } }],
      [{ container: 'app', resource: 'memory' }],
    )
    expect(policy).toEqual({ container: 'app', cpu: 'Vertical', memory: 'Horizontal' })
    expect(pass([{ ...app, policies: ['Vertical', 'Horizontal'] }]).sizes[0]).toBe(3000)
    const memory = resourcePhase({ policy: 'Horizontal', gatheringDays: 0 }, { filled: true, weekly: false })
    expect(wholePhase(['Working', memory])).toBe('PartlyWorking')
  })
})
