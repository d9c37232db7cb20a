import { z } from 'zod'
import { matchSchema } from './match.ts'

const signalSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$/,
        'must be a short name of letters, digits, spaces and ._/-',
      )
      .describe('What is measured, for reports: `error rate`.'),
    query: z
      .string()
      .min(1)
      .max(4000)
      .describe(
        'PromQL that gives one value for one workload. `$namespace`, `$workload`, `$kind` and `$cluster` in its texts are replaced. Each selector needs `namespace="$namespace"`.',
      ),
    worse: z.enum(['above', 'below']).describe('Which direction is worse.'),
    value: z.number().optional().describe('Worse beyond this value. This or `relative` is required.'),
    relative: z
      .number()
      .positive()
      .max(100)
      .optional()
      .describe(
        'Worse by more than this share of the same hours before: `0.2` is 20 %. This or `value` is required.',
      ),
    match: matchSchema
      .omit({ container: true })
      .default({})
      .describe('The workloads that are measured. Default: all.'),
  })
  .refine(({ value, relative }) => (value === undefined) !== (relative === undefined), {
    error: 'needs value or relative, and not both',
  })
  .describe('A measurement of your own.')

/** Settings of what becomes of changes. */
export const healthSchema = z
  .strictObject({
    days: z
      .number()
      .min(0.25)
      .max(14)
      .default(3)
      .describe('Days after its rollout for which a change is followed.'),
    takeBack: z
      .boolean()
      .default(true)
      .describe(
        'Proposes the earlier values again when a change did harm: pods that are killed, crash, are throttled, or are short of CPU, more than before.',
      ),
    floorDays: z
      .number()
      .int()
      .min(1)
      .max(90)
      .default(30)
      .describe('Days for which a value that was taken back is not lowered again.'),
    signals: z
      .array(signalSchema)
      .max(10)
      .default([])
      .describe(
        'Measurements of your own in the Prometheus of each cluster. A workload for which one is worse after a change gets its earlier values back, and nothing of it is lowered while one is worse.',
      ),
  })
  .describe('What becomes of changes after they reach the base branch.')
