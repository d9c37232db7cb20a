import { z } from 'zod'
import { isTimeZone } from '../plugin/model/time-zone.ts'
import { percent } from './shared-schemas.ts'
import { tortoiseSchema } from './tortoise-options.ts'

/** Settings of recommendations. */
export const recommendSchema = z
  .strictObject({
    profile: z
      .enum(['steady', 'tortoise', 'vpa', 'krr'])
      .default('steady')
      .describe('Set of rules that turns usage into values.'),
    cpuPercentile: percent
      .default(90)
      .describe('Share of the time that a CPU request always covers, at any cost, in percent.'),
    preset: z
      .enum(['careful', 'balanced', 'frugal'])
      .default('balanced')
      .describe(
        'How CPU is weighed against the time above its request: `careful` pays more for CPU, `frugal` accepts more of that time.',
      ),
    targetTimeAbove: z
      .number()
      .min(0.1)
      .max(10)
      .exactOptional()
      .describe(
        'Replaces `preset`: the share of the time with CPU above its request to aim at, in percent, on average over many workloads. `balanced` is about 3.6.',
      ),
    pricePerCoreHour: z
      .number()
      .positive()
      .exactOptional()
      .describe(
        'Replaces `preset`, together with `costOfShortage`: price of one requested core for an hour.',
      ),
    costOfShortage: z
      .number()
      .positive()
      .exactOptional()
      .describe(
        'Cost of an hour in which a container of 250m uses more CPU than it requests, in the same currency. Larger containers count more.',
      ),
    rolloutCost: z
      .number()
      .min(0)
      .max(1440)
      .exactOptional()
      .describe(
        'Minutes a day above the request that a change of CPU must be worth, because it restarts pods. 36 when left out.',
      ),
    cpuSpare: z
      .number()
      .min(0)
      .exactOptional()
      .describe(
        'Deprecated: use `preset`, `targetTimeAbove`, or `pricePerCoreHour` with `costOfShortage`. 25 is `balanced`; other values change its price of CPU in proportion.',
      ),
    reviewDays: z.number().min(1).max(28).default(1).describe('Days between two evaluations.'),
    memoryMargin: z.number().min(0).default(15).describe('Headroom over the memory peak, in percent.'),
    podPercentile: z
      .number()
      .min(50)
      .max(100)
      .default(100)
      .describe(
        'Share of the pods of a DaemonSet that its requests cover, in percent. Below 100, the busiest pods do not set the size for all; a memory limit still covers them.',
      ),
    minimumChange: percent
      .default(10)
      .describe('Smallest change that is worth a commit, in percent of the current value.'),
    minimumDecrease: percent
      .default(10)
      .describe('Smallest decrease that is worth a commit, in percent of the current value.'),
    maximumDecrease: percent
      .default(30)
      .describe('Largest decrease of memory in one proposal, in percent of the current value.'),
    maximumCpuDecrease: percent
      .default(50)
      .describe('Largest decrease of CPU in one proposal, in percent of the current value.'),
    restDays: z
      .number()
      .min(0)
      .default(3)
      .describe('Days after a decrease during which the value is not lowered again.'),
    holdDays: z
      .number()
      .min(0)
      .max(90)
      .default(7)
      .describe(
        'Days during which a value that a person changed in Git is kept. A newer OOM kill is still answered.',
      ),
    minimumDays: z
      .number()
      .min(0)
      .default(7)
      .describe('Days of history that are needed before a value is lowered.'),
    minimumCoverage: percent
      .default(80)
      .describe('Share of the window that must have samples before a value is lowered, in percent.'),
    targetUtilization: z
      .strictObject({
        minimum: percent.default(50).describe('Lowest target.'),
        maximum: percent
          .default(90)
          .describe(
            'Highest target. Above 80, the recorded load must leave pods short of CPU for under five minutes a week, or no longer than today.',
          ),
      })
      .prefault({})
      .describe("Bounds of an HPA's CPU utilisation target, in percent."),
    replicaBounds: z
      .strictObject({
        minimum: z.number().int().min(1).default(2).describe('Lowest value for `minReplicas`.'),
        maximum: z.number().int().min(1).default(100).describe('Highest value for `maxReplicas`.'),
      })
      .prefault({})
      .describe("Limits for an HPA's replica bounds."),
    replicaSlots: z
      .enum(['weekly', 'daily', 'keda', 'off'])
      .default('weekly')
      .describe(
        'Replica bounds by hour in the report: for each weekday, the same for all days, or none. `keda`: for each weekday, and ScaledObjects of KEDA in the sources get them as cron triggers.',
      ),
    cronTriggers: z
      .strictObject({
        timeZone: z
          .string()
          .regex(/^[A-Za-z]/, 'must be a time zone: Europe/Berlin')
          .refine(isTimeZone, { message: 'must be a time zone: Europe/Berlin' })
          .default('UTC')
          .describe('IANA time zone of the hours. The profile `tortoise` has its own.'),
        minimumChange: percent
          .default(20)
          .describe(
            'Smallest part of a schedule, in percent of its pod-hours a week, that must differ before it is written again.',
          ),
      })
      .prefault({})
      .describe('Cron triggers of ScaledObjects, with `replicaSlots: keda`.'),
    limits: z
      .strictObject({
        mode: z
          .enum(['cover', 'ratio'])
          .default('cover')
          .describe(
            '`cover`: a limit stays while it covers the new request and the peak with room. `ratio`: it keeps its ratio to the request.',
          ),
        maximumRatio: z
          .number()
          .min(1)
          .default(4)
          .describe('Largest ratio of a limit to its request that is kept, or used when a limit is raised.'),
        lowerCpu: z
          .boolean()
          .default(false)
          .describe(
            'Whether a CPU limit may be lowered. It stays above twice the highest usage of five minutes, and is never lowered where it throttles.',
          ),
      })
      .prefault({})
      .describe('How limits follow requests. A limit that equals its request always moves with it.'),
    correctMillibytes: z
      .boolean()
      .default(false)
      .describe(
        'Whether memory in thousandths of a byte, such as `512m`, is taken as a slip for `512Mi` and corrected. Otherwise it is named and kept.',
      ),
    fitNodes: z
      .boolean()
      .default(true)
      .describe(
        'Whether the largest node of the cluster bounds requests. Set it to false where an autoscaler adds larger nodes than any that runs.',
      ),
    goMemoryShare: percent.default(90).describe('GOMEMLIMIT as a share of the memory limit, in percent.'),
    tortoise: tortoiseSchema.prefault({}),
  })
  .describe('How values are computed.')
