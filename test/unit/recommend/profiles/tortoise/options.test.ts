import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../../config/schema.ts'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import type { DeclaredContainer } from '../../../../../plugin/model/declared-container.ts'
import type { Field } from '../../../../../plugin/model/field.ts'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import { printValue } from '../../../../../plugin/model/value.ts'
import { tortoiseDefaults } from '../../../../../plugin/recommend/profiles/tortoise/default-options.ts'
import { tortoiseSlots } from '../../../../../plugin/recommend/profiles/tortoise/replica-bounds.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from '../../builders.ts'

const Mi = 1024 ** 2

interface Seen {
  readonly cpu?: number
  readonly memory?: number
  readonly pods?: number
  readonly days?: number
}

function observe({ cpu = 400, memory = 300 * Mi, pods = 5, days = 14 }: Seen): Observation {
  const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: days * 24 }
  return observationWith({
    days,
    containers: [
      { container: 'app', ...recordedUsage({ cpu: () => cpu, memory: () => memory }, frame), oomKills: 0 },
    ],
    replicas: { min: pods, max: pods, mean: pods, series: packCounts(frame, countsOf(pods, frame.count)) },
  })
}

/** Four times as many pods in the hour that begins at noon in Tokyo, on the first Tuesday. */
const countsOf = (pods: number, count: number): Float64Array =>
  new Float64Array(count).fill(pods).map((usual, hour) => (hour === 3 ? usual * 4 : usual))

interface Asked extends Seen {
  readonly values?: DeclaredContainer['values']
  readonly autoscaler?: DeclaredAutoscaler
  /** Hours since every value was last changed. */
  readonly changed?: number
}

const usual = { 'requests.cpu': '1000m', 'requests.memory': '500Mi' } as const
const hpa: DeclaredAutoscaler = {
  minReplicas: 2,
  maxReplicas: 50,
  targets: [{ resource: 'cpu', utilization: 70 }],
}

/** The recommendations of `tortoise` for a workload with options as in `tortoise.yaml`, by field. */
function values(tortoise: object, { values: given = usual, autoscaler, changed, ...seen }: Asked = {}) {
  const { profile: _, ...options } = settingsSchema.parse({ recommend: { tortoise } }).recommend
  const declared = {
    workload,
    containers: [{ name: 'app', role: 'main' as const, values: given }],
    ...(autoscaler === undefined ? {} : { autoscaler }),
  }
  const lastChange = () => (changed === undefined ? undefined : changed / 24)
  const answers = recommend({ workloads: [declared] }, [observe(seen)], {
    profile: 'tortoise',
    options,
    rules: [],
    lastChange,
  })
  return Object.fromEntries(
    answers.map((one) => [
      one.field,
      one.verdict === 'unsure'
        ? 'unsure'
        : printValue(one.field, one.verdict === 'change' ? one.to : (one.from ?? 0)),
    ]),
  ) as Partial<Record<Field, string>>
}

describe('options of the profile tortoise', () => {
  it('default to those of Tortoise', () => {
    expect(settingsSchema.parse({}).recommend.tortoise).toEqual(tortoiseDefaults)
  })

  const go = { ...usual, 'env.GOMEMLIMIT': '400MiB' } as const
  const limited = { ...usual, 'limits.cpu': '1500m', 'limits.memory': '600Mi' } as const
  // [option, its setting, usage, field, value by default, value with the option]; the VPA's target for 700m is 813m: the end of its bucket plus 15 %
  it.each<readonly [string, object, Asked, Field, string, string]>([
    ['maximumCPURequest', { maximumCPURequest: 2 }, { cpu: 4000 }, 'requests.cpu', '5737m', '2000m'],
    ['minimumCPURequest', { minimumCPURequest: '900m' }, {}, 'requests.cpu', '800m', '900m'],
    [
      'maximumMemoryRequest',
      { maximumMemoryRequest: '600Mi' },
      { memory: 900 * Mi },
      'requests.memory',
      '1272Mi',
      '600Mi',
    ],
    [
      'minimumMemoryRequest',
      { minimumMemoryRequest: '450Mi' },
      { memory: 100 * Mi },
      'requests.memory',
      '400Mi',
      '450Mi',
    ],
    [
      'minimumCPURequestPerContainer',
      { minimumCPURequestPerContainer: { app: '950m' } },
      {},
      'requests.cpu',
      '800m',
      '950m',
    ],
    [
      'minimumMemoryRequestPerContainer',
      { minimumMemoryRequestPerContainer: { '*': '480Mi' } },
      { memory: 100 * Mi },
      'requests.memory',
      '400Mi',
      '480Mi',
    ],
    ['minimumCPULimit', { minimumCPULimit: '3' }, { values: limited }, 'limits.cpu', '1200m', '3000m'],
    [
      'resourceLimitMultiplier',
      { resourceLimitMultiplier: { memory: 3 } },
      { values: limited, memory: 100 * Mi },
      'limits.memory',
      '480Mi',
      '1200Mi',
    ],
    [
      'bufferRatioOnVerticalResource',
      { bufferRatioOnVerticalResource: 0.5 },
      { cpu: 700 },
      'requests.cpu',
      '1000m',
      '1829m',
    ],
    [
      'maxAllowedScalingDownRatio',
      { maxAllowedScalingDownRatio: 0.5 },
      { cpu: 100 },
      'requests.cpu',
      '800m',
      '500m',
    ],
    ['globalDisableMode', { globalDisableMode: true }, {}, 'requests.cpu', '800m', '1000m'],
    ['excludedNamespaces', { excludedNamespaces: ['shop'] }, {}, 'requests.cpu', '800m', '1000m'],
    [
      'featureFlags: GoMemLimitModificationEnabled',
      { featureFlags: ['GoMemLimitModificationEnabled'] },
      { values: go, memory: 100 * Mi },
      'env.GOMEMLIMIT',
      'unsure',
      '320MiB',
    ],
    [
      'featureFlags: VerticalScalingBasedOnPreferredMaxReplicas',
      { featureFlags: ['VerticalScalingBasedOnPreferredMaxReplicas'] },
      { autoscaler: hpa, pods: 40 },
      'requests.cpu',
      '1000m',
      '1300m',
    ],
    [
      'preferredMaxReplicas',
      {
        preferredMaxReplicas: 5,
        minimumMinReplicas: 4,
        featureFlags: ['VerticalScalingBasedOnPreferredMaxReplicas'],
      },
      { autoscaler: hpa, pods: 5 },
      'requests.cpu',
      '1000m',
      '1300m',
    ],
    [
      'minimumMinReplicas',
      { minimumMinReplicas: 6 },
      { autoscaler: hpa, pods: 5, cpu: 700 },
      'requests.cpu',
      '1000m',
      '813m',
    ],
    [
      'maximumMaxReplicas',
      { maximumMaxReplicas: 40 },
      { autoscaler: hpa, pods: 40, cpu: 700 },
      'hpa.target.cpu',
      '75',
      '70',
    ],
    [
      'hpaTargetUtilizationMaxIncrease',
      { hpaTargetUtilizationMaxIncrease: 10 },
      { autoscaler: hpa, cpu: 600 },
      'hpa.target.cpu',
      '75',
      '80',
    ],
    [
      'maximumTargetResourceUtilization',
      { maximumTargetResourceUtilization: 73 },
      { autoscaler: hpa, cpu: 600 },
      'hpa.target.cpu',
      '75',
      '73',
    ],
    [
      'minimumTargetResourceUtilization',
      { minimumTargetResourceUtilization: 60 },
      { autoscaler: hpa, cpu: 1000 },
      'hpa.target.cpu',
      '65',
      '60',
    ],
    [
      'gatheringDataPeriodType',
      { gatheringDataPeriodType: 'daily' },
      { autoscaler: hpa, cpu: 600, days: 3 },
      'hpa.target.cpu',
      '70',
      '75',
    ],
    [
      'hpaTargetUtilizationUpdateInterval',
      { hpaTargetUtilizationUpdateInterval: '1h30m' },
      { autoscaler: hpa, cpu: 600, changed: 2 },
      'hpa.target.cpu',
      '70',
      '75',
    ],
  ])('%s', (_, option, asked, field, before, after) => {
    expect([values({}, asked)[field], values(option, asked)[field]]).toEqual([before, after])
  })

  // 5 pods, and 20 in one hour of the first of two weeks: a week later that slot has aged by a twentieth.
  it.each<readonly [string, object, Asked, Field, string, string]>([
    [
      'maxReplicasRecommendationMultiplier',
      { maxReplicasRecommendationMultiplier: 3 },
      {},
      'hpa.maxReplicas',
      '38',
      '57',
    ],
    [
      'minReplicasRecommendationMultiplier',
      { minReplicasRecommendationMultiplier: 0.2 },
      {},
      'hpa.minReplicas',
      '9',
      '3',
    ],
    ['minimumMinReplicas', { minimumMinReplicas: 9 }, { pods: 2 }, 'hpa.minReplicas', '3', '9'],
    ['maximumMinReplicas', { maximumMinReplicas: 5 }, {}, 'hpa.minReplicas', '9', '5'],
    ['maximumMaxReplicas', { maximumMaxReplicas: 35 }, {}, 'hpa.maxReplicas', '38', '35'],
    ['gatheringDataPeriodType', { gatheringDataPeriodType: 'daily' }, {}, 'hpa.maxReplicas', '38', '17'],
    ['globalDisableMode', { globalDisableMode: true }, {}, 'hpa.maxReplicas', '38', '50'],
  ])('%s moves replica bounds', (_, option, asked, field, before, after) => {
    const scaled = { ...asked, autoscaler: hpa }
    expect([values({}, scaled)[field], values(option, scaled)[field]]).toEqual([before, after])
  })

  const slots = (tortoise: object) =>
    tortoiseSlots(observe({}), settingsSchema.parse({ recommend: { tortoise } }).recommend.tortoise)
  const highest = (tortoise: object) => slots(tortoise).filter(({ maximum }) => maximum > 12)

  it('rangeOfMinMaxReplicasRecommendationHours and timeZone determine which hours share bounds', () => {
    const noon = { weekday: 2, minimum: 9, maximum: 38, timeZone: 'Asia/Tokyo' }
    expect(slots({})).toHaveLength(168)
    expect(highest({})).toEqual([{ ...noon, from: 12, to: 13 }])
    expect(slots({ rangeOfMinMaxReplicasRecommendationHours: 8 })).toHaveLength(21)
    expect(highest({ rangeOfMinMaxReplicasRecommendationHours: 8 })).toMatchObject([{ from: 8, to: 16 }])
    expect(highest({ timeZone: 'UTC' })).toEqual([{ ...noon, from: 3, to: 4, timeZone: 'UTC' }])
  })

  it('turn limits and targets off as well', () => {
    const asked = { values: limited, autoscaler: hpa, cpu: 600 }
    expect(values({ globalDisableMode: true, minimumCPULimit: '3' }, asked)).toMatchObject({
      'limits.cpu': '1500m',
      'hpa.target.cpu': '70',
    })
  })
})
