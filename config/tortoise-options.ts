import { z } from 'zod'
import { toBytes, toMillicores } from '../plugin/model/quantity.ts'
import type { TortoiseOptions } from '../plugin/recommend/recommend-options.ts'

const amount = (read: (text: string) => number | undefined) =>
  z
    .union([z.string(), z.number()])
    .refine((given) => (read(String(given)) ?? -1) >= 0, { message: 'must be a quantity' })
    .transform((given) => read(String(given)) ?? 0)
const cpu = amount(toMillicores)
/** Tortoise reckons in thousandths of a byte. */
const memory = amount((text) => {
  const bytes = toBytes(text)
  return bytes === undefined ? undefined : bytes * 1000
})

const units: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600 }
/** A duration as Go writes it, in hours. */
const hours = z
  .string()
  .regex(/^(\d+(\.\d+)?[hms])+$/, 'must be a duration: 24h, 1h30m')
  .transform((text) =>
    [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
      0,
    ),
  )

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

const pods = z.number().int().min(1)
const share = z.number().min(0).max(1)
const percent = z.number().min(0).max(100)
const idle = (why: string): string => `Accepted, and without effect here: ${why}.`

/** Every option of Mercari's Tortoise for a whole cluster, by its name there, with its default there. */
const given = z
  .strictObject({
    rangeOfMinMaxReplicasRecommendationHours: z
      .number()
      .int()
      .min(1)
      .max(24)
      .default(1)
      .describe('Hours that share replica bounds; must divide 24.'),
    gatheringDataPeriodType: z
      .enum(['weekly', 'daily'])
      .default('weekly')
      .describe(
        'Replica bounds for each weekday apart or for all alike; and days of history (7, 1) before an HPA is touched.',
      ),
    maxReplicasRecommendationMultiplier: z
      .number()
      .positive()
      .default(2)
      .describe('Maximum of an HPA, in pods seen.'),
    minReplicasRecommendationMultiplier: z
      .number()
      .positive()
      .default(0.5)
      .describe('Minimum of an HPA, in pods seen.'),
    replicaReductionFactor: share
      .default(0.95)
      .describe(idle('it leads out of an emergency, and there is none')),
    timeZone: z
      .string()
      .refine(isTimeZone, { message: 'must be a time zone: Asia/Tokyo' })
      .default('Asia/Tokyo')
      .describe('Time zone of the hours.'),
    maximumTargetResourceUtilization: percent.default(90).describe("Highest target of an HPA's utilisation."),
    minimumTargetResourceUtilization: percent.default(65).describe("Lowest target of an HPA's utilisation."),
    minimumMinReplicas: pods.default(3).describe('Lowest minimum; so few pods are made smaller.'),
    maximumMinReplicas: pods.default(10).describe('Highest minimum.'),
    preferredMaxReplicas: pods
      .default(30)
      .describe(
        'So many pods are made larger, where the feature flag is set; close to it they are not made smaller.',
      ),
    maximumMaxReplicas: pods.default(100).describe('Highest maximum.'),
    maximumCPURequest: cpu.prefault('10').describe('Highest CPU request.'),
    maximumMemoryRequest: memory.prefault('10Gi').describe('Highest memory request.'),
    minimumCPURequest: cpu.prefault('50m').describe('Lowest CPU request.'),
    minimumMemoryRequest: memory.prefault('50Mi').describe('Lowest memory request.'),
    minimumCPURequestPerContainer: z
      .record(z.string(), cpu)
      .default({})
      .describe('Lowest CPU request of containers by name; `*` is any other.'),
    minimumMemoryRequestPerContainer: z
      .record(z.string(), memory)
      .default({})
      .describe('The same for memory.'),
    minimumCPULimit: cpu.prefault('0').describe('Lowest CPU limit that is written.'),
    resourceLimitMultiplier: z
      .partialRecord(z.enum(['cpu', 'memory']), z.number().int().min(1))
      .default({})
      .describe('Least of a limit, in requests, by resource.'),
    bufferRatioOnVerticalResource: share.default(0.1).describe('Head-room over usage, as a share.'),
    maxAllowedScalingDownRatio: share.default(0.8).describe('Least that a step down leaves of a request.'),
    hpaTargetUtilizationMaxIncrease: percent
      .min(1)
      .default(5)
      .describe('Points that a target rises by at once.'),
    hpaTargetUtilizationUpdateInterval: hours
      .prefault('24h')
      .describe('Time between two changes of a target.'),
    hpaExternalMetricExclusionRegex: z
      .string()
      .default('')
      .describe(idle('metrics of an HPA are neither added nor taken away')),
    defaultHPABehavior: z
      .record(z.string(), z.unknown())
      .default({})
      .describe(idle("an HPA's behaviour is not written")),
    emergencyModeGracePeriod: hours.prefault('5m').describe(idle('a scheduled job cannot see an emergency')),
    tortoiseUpdateInterval: hours.prefault('15s').describe(idle('the schedule is that of the job')),
    istioSidecarProxyDefaultCPU: cpu
      .prefault('100m')
      .describe(idle('injected containers stand in no manifest')),
    istioSidecarProxyDefaultMemory: memory
      .prefault('200Mi')
      .describe(idle('injected containers stand in no manifest')),
    globalDisableMode: z.boolean().default(false).describe('Leaves every request and target as it is.'),
    excludedNamespaces: z
      .array(z.string().min(1))
      .default([])
      .describe('Namespaces in which every request and target stays as it is.'),
    featureFlags: z
      .array(z.enum(['VerticalScalingBasedOnPreferredMaxReplicas', 'GoMemLimitModificationEnabled']))
      .default([])
      .describe('Makes pods larger where there are too many; moves GOMEMLIMIT with memory.'),
  })
  .describe(
    "Options of Mercari's Tortoise, for `profile: tortoise`. [Meaning](https://github.com/mercari/tortoise/blob/main/docs/configuration.md).",
  )

/** The options as the profile reckons with them. */
export const tortoiseSchema = given.transform(
  (one): TortoiseOptions => ({
    rangeHours: one.rangeOfMinMaxReplicasRecommendationHours,
    weekly: one.gatheringDataPeriodType === 'weekly',
    maxReplicasFactor: one.maxReplicasRecommendationMultiplier,
    minReplicasFactor: one.minReplicasRecommendationMultiplier,
    replicaReductionFactor: one.replicaReductionFactor,
    timeZone: one.timeZone,
    maximumTargetUtilization: one.maximumTargetResourceUtilization,
    minimumTargetUtilization: one.minimumTargetResourceUtilization,
    minimumMinReplicas: one.minimumMinReplicas,
    maximumMinReplicas: one.maximumMinReplicas,
    preferredMaxReplicas: one.preferredMaxReplicas,
    maximumMaxReplicas: one.maximumMaxReplicas,
    maximumRequest: { cpu: one.maximumCPURequest, memory: one.maximumMemoryRequest },
    minimumRequest: { cpu: one.minimumCPURequest, memory: one.minimumMemoryRequest },
    minimumRequestPerContainer: perContainer(
      one.minimumCPURequestPerContainer,
      one.minimumMemoryRequestPerContainer,
    ),
    minimumCpuLimit: one.minimumCPULimit,
    limitMultiplier: defined(one.resourceLimitMultiplier),
    bufferRatio: one.bufferRatioOnVerticalResource,
    maxScalingDownRatio: one.maxAllowedScalingDownRatio,
    targetMaxIncrease: one.hpaTargetUtilizationMaxIncrease,
    targetIntervalHours: one.hpaTargetUtilizationUpdateInterval,
    externalMetricExclusion: one.hpaExternalMetricExclusionRegex,
    growAtPreferredReplicas: one.featureFlags.includes('VerticalScalingBasedOnPreferredMaxReplicas'),
    goMemLimit: one.featureFlags.includes('GoMemLimitModificationEnabled'),
    disabled: one.globalDisableMode,
    excludedNamespaces: one.excludedNamespaces,
    asPublished: false,
  }),
)

type Floors = Readonly<Record<string, number>>

function perContainer(cpus: Floors, memories: Floors): TortoiseOptions['minimumRequestPerContainer'] {
  const names = [...new Set([...Object.keys(cpus), ...Object.keys(memories)])]
  return Object.fromEntries(names.map((name) => [name, defined({ cpu: cpus[name], memory: memories[name] })]))
}

const defined = ({
  cpu,
  memory,
}: {
  readonly cpu?: number | undefined
  readonly memory?: number | undefined
}) => ({
  ...(cpu === undefined ? {} : { cpu }),
  ...(memory === undefined ? {} : { memory }),
})
