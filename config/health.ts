import { z } from 'zod'

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
  })
  .describe('What becomes of changes after they reach the base branch.')
