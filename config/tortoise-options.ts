import { z } from 'zod'
import { isTimeZone } from '../plugin/model/time-zone.ts'
import type { TortoiseOptions } from '../plugin/recommend/recommend-options.ts'
import { percent } from './shared-schemas.ts'
import { cpu, hours, memory, pods, share } from './tortoise-values.ts'

const noEffect = (why: string): string => `Accepted, but has no effect here: ${why}.`

/** All cluster-wide options of Mercari's Tortoise, with their names and defaults in Tortoise. */
const given = z
  .strictObject({
    rangeOfMinMaxReplicasRecommendationHours: z
      .number()
      .int()
      .min(1)
      .max(24)
      .default(1)
      .describe('Number of hours that share one pair of replica bounds. It must divide 24.'),
    gatheringDataPeriodType: z
      .enum(['weekly', 'daily'])
      .default('weekly')
      .describe(
        'Whether each weekday has its own replica bounds, and the days of history (7 or 1) before an HPA is changed.',
      ),
    maxReplicasRecommendationMultiplier: z
      .number()
      .positive()
      .default(2)
      .describe('Maximum of an HPA as a multiple of the pods that ran.'),
    minReplicasRecommendationMultiplier: z
      .number()
      .positive()
      .default(0.5)
      .describe('Minimum of an HPA as a multiple of the pods that ran.'),
    replicaReductionFactor: share
      .default(0.95)
      .describe(noEffect('it is used on the way out of an emergency, and a scheduled run has none')),
    timeZone: z
      .string()
      .refine(isTimeZone, { message: 'must be a time zone: Asia/Tokyo' })
      .default('Asia/Tokyo')
      .describe('Time zone of the hours.'),
    maximumTargetResourceUtilization: percent
      .default(90)
      .describe('Highest utilisation target of an HPA, in percent.'),
    minimumTargetResourceUtilization: percent
      .default(65)
      .describe('Lowest utilisation target of an HPA, in percent.'),
    minimumMinReplicas: pods
      .default(3)
      .describe('Lowest minimum of an HPA. Workloads with this number of pods or fewer get smaller pods.'),
    maximumMinReplicas: pods.default(10).describe('Highest minimum of an HPA.'),
    preferredMaxReplicas: pods
      .default(30)
      .describe(
        'With this number of pods or more, pods grow when the feature flag is set; close to it, they do not shrink.',
      ),
    maximumMaxReplicas: pods.default(100).describe('Highest maximum of an HPA.'),
    maximumCPURequest: cpu.prefault('10').describe('Highest CPU request.'),
    maximumMemoryRequest: memory.prefault('10Gi').describe('Highest memory request.'),
    minimumCPURequest: cpu.prefault('50m').describe('Lowest CPU request.'),
    minimumMemoryRequest: memory.prefault('50Mi').describe('Lowest memory request.'),
    minimumCPURequestPerContainer: z
      .record(z.string(), cpu)
      .default({})
      .describe('Lowest CPU request by container name; `*` means any other container.'),
    minimumMemoryRequestPerContainer: z
      .record(z.string(), memory)
      .default({})
      .describe('Lowest memory request by container name; `*` means any other container.'),
    minimumCPULimit: cpu.prefault('0').describe('Lowest CPU limit.'),
    resourceLimitMultiplier: z
      .partialRecord(z.enum(['cpu', 'memory']), z.number().int().min(1))
      .default({})
      .describe('Smallest limit as a multiple of the request, by resource.'),
    bufferRatioOnVerticalResource: share.default(0.1).describe('Headroom over usage, 0 to 1.'),
    maxAllowedScalingDownRatio: share
      .default(0.8)
      .describe('Smallest share of a request that one step down leaves, 0 to 1.'),
    hpaTargetUtilizationMaxIncrease: percent
      .min(1)
      .default(5)
      .describe('Largest increase of a target in one step, in percentage points.'),
    hpaTargetUtilizationUpdateInterval: hours
      .prefault('24h')
      .describe('Time between two changes of a target.'),
    hpaExternalMetricExclusionRegex: z
      .string()
      .default('')
      .describe(noEffect('metrics of an HPA are neither added nor removed')),
    defaultHPABehavior: z
      .record(z.string(), z.unknown())
      .default({})
      .describe(noEffect("an HPA's behaviour is not changed")),
    emergencyModeGracePeriod: hours
      .prefault('5m')
      .describe(noEffect('a scheduled run cannot detect an emergency')),
    tortoiseUpdateInterval: hours.prefault('15s').describe(noEffect('runs follow the schedule of the job')),
    istioSidecarProxyDefaultCPU: cpu
      .prefault('100m')
      .describe(noEffect('injected containers are not in manifests')),
    istioSidecarProxyDefaultMemory: memory
      .prefault('200Mi')
      .describe(noEffect('injected containers are not in manifests')),
    globalDisableMode: z.boolean().default(false).describe('Changes no request and no target.'),
    excludedNamespaces: z
      .array(z.string().min(1))
      .default([])
      .describe('Namespaces in which no request and no target is changed.'),
    featureFlags: z
      .array(z.enum(['VerticalScalingBasedOnPreferredMaxReplicas', 'GoMemLimitModificationEnabled']))
      .default([])
      .describe('Lets pods grow when there are too many, and lets GOMEMLIMIT follow the memory request.'),
    asPublished: z
      .boolean()
      .default(false)
      .describe(
        'Whether two bugs of Tortoise are repeated, to compare with it: a shrink step can end above the ceiling, and the floor of replica bounds jumps.',
      ),
  })
  .describe(
    "Options of Mercari's Tortoise, for `profile: tortoise`. [Documentation](https://github.com/mercari/tortoise/blob/main/docs/configuration.md).",
  )

/** The options in the form that the profile uses. */
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
    asPublished: one.asPublished,
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
