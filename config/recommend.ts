import { z } from 'zod'
import { percent } from './shared-schemas.ts'
import { tortoiseSchema } from './tortoise-options.ts'

/** How values are decided. */
export const recommendSchema = z
  .strictObject({
    profile: z
      .enum(['steady', 'tortoise', 'vpa', 'krr'])
      .default('steady')
      .describe('Set of rules that turns usage into values.'),
    cpuPercentile: percent
      .default(90)
      .describe('Share of the time that a CPU request covers whatever it costs, in percent.'),
    cpuSpare: z
      .number()
      .min(0)
      .default(25)
      .describe(
        'Minutes a day of usage above the request that the next 100m must spare, for a container that uses 250m or less and is looked at weekly.',
      ),
    reviewDays: z.number().min(1).max(28).default(7).describe('Days until values are looked at again.'),
    memoryMargin: z.number().min(0).default(15).describe('Head-room over the memory peak, in percent.'),
    minimumChange: percent.default(10).describe('Smallest relative change worth a commit, in percent.'),
    minimumDecrease: percent.default(25).describe('Smallest relative decrease worth a commit, in percent.'),
    maximumDecrease: percent.default(30).describe('Largest decrease of memory in one proposal, in percent.'),
    maximumCpuDecrease: percent.default(50).describe('Largest decrease of CPU in one proposal, in percent.'),
    restDays: z.number().min(0).default(3).describe('Days after a decrease in which no further one is made.'),
    minimumDays: z.number().min(0).default(7).describe('Days of history needed before anything is lowered.'),
    minimumCoverage: percent
      .default(80)
      .describe('Share of the window that must hold samples before anything is lowered, in percent.'),
    targetUtilization: z
      .strictObject({
        minimum: percent.default(50).describe('Lowest target.'),
        maximum: percent.default(80).describe('Highest target.'),
      })
      .prefault({})
      .describe("Bounds of an HPA's CPU utilisation target, in percent."),
    replicaBounds: z
      .strictObject({
        minimum: z.number().int().min(1).default(2).describe('Fewest pods that a minimum is lowered to.'),
        maximum: z.number().int().min(1).default(100).describe('Most pods that a maximum is raised to.'),
      })
      .prefault({})
      .describe("What an HPA's replica bounds may be moved to."),
    replicaSlots: z
      .enum(['weekly', 'daily', 'off'])
      .default('weekly')
      .describe('Replica bounds by hour in the report: for each weekday, for all days alike, or none.'),
    goMemoryShare: percent.default(90).describe('GOMEMLIMIT as a share of the memory limit, in percent.'),
    tortoise: tortoiseSchema.prefault({}),
  })
  .describe('How values are decided.')
