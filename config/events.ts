import { z } from 'zod'
import { matchSchema } from './match.ts'
import { amountsSchema } from './shared-schemas.ts'

const time = z.iso.datetime({
  offset: true,
  error: 'must be a time with its zone, such as 2026-11-27T08:00:00+01:00',
})

/** Settings of planned events. */
export const eventsSchema = z
  .array(
    z
      .strictObject({
        name: z.string().min(1).describe('What the event is, for commits: `Black Friday`.'),
        match: matchSchema
          .omit({ container: true })
          .describe('The workloads; every part that is given must match.'),
        from: time.describe('When it begins, with its time zone: `2026-11-27T08:00:00+01:00`.'),
        to: time.describe('When it ends.'),
        minReplicas: z
          .union([z.number().int().min(1), z.literal('max')])
          .optional()
          .describe('Minimum of the HPA during the event; `max` for as many pods as it may have.'),
        minRequests: z
          .record(
            z.string(),
            amountsSchema.refine((amounts) => Object.keys(amounts).length > 0, {
              error: 'needs `cpu` or `memory`',
            }),
          )
          .optional()
          .describe(
            'Least requests during the event, by the name of the container: `{app: {cpu: "1", memory: 2Gi}}`.',
          ),
        leadHours: z
          .number()
          .min(0)
          .max(168)
          .default(24)
          .describe('Hours before it begins from which on a run raises the minimum.'),
      })
      .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
        path: ['to'],
        error: 'must be after `from`',
      })
      .refine(
        ({ minReplicas, minRequests = {} }) =>
          minReplicas !== undefined || Object.keys(minRequests).length > 0,
        {
          error: 'needs `minReplicas` or `minRequests`',
        },
      )
      .describe('A time for which the load is known before.'),
  )
  .describe(
    'Planned events: a run before each raises the minimum of HPAs and requests, and one after it restores them.',
  )
