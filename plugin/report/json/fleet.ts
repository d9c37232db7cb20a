import { z } from 'zod'
import { reasons } from './words.ts'

const balance = z
  .object({
    requested: z.number(),
    used: z.number(),
    unused: z.number().describe('Requested and not used.'),
    short: z.number().describe('Used above requests.'),
  })
  .describe('Means over the recorded time, of all pods: cores, or GiB of memory.')

const moved = <T extends z.ZodType>(what: T) => z.object({ current: what, proposed: what.optional() })

const daily = z
  .object({
    first: z.number().int().describe('The first day, in days since 1970-01-01, UTC.'),
    p95: z.array(z.number().nullable()),
    p99: z.array(z.number().nullable()),
    peak: z.array(z.number().nullable()),
  })
  .describe('A figure for each day from the first one; null for days without usage. Millicores, or MiB.')

const usage = z.object({
  request: z.number().optional().describe('The current request: millicores, or MiB.'),
  limit: z.number().optional(),
  newRequest: z.number().optional().describe('The proposed request, where it changes.'),
  newLimit: z.number().optional(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  peak: z.number(),
  daily: daily.optional(),
  hourly: z
    .object({
      first: z.number().int().describe('Time of the first slot, in seconds since 1970.'),
      step: z.number().int().describe('Seconds between slots.'),
      packed: z
        .string()
        .describe(
          'Base64, one byte a slot, as `highest` of a snapshot: 0 without usage, else the bucket plus one.',
        ),
    })
    .optional()
    .describe('The busiest pod by the hour.'),
})

const change = z.object({
  container: z.string().optional(),
  field: z.string(),
  from: z.string(),
  to: z.string(),
  percent: z.string().describe('`+20 %`, `+5 pt`; empty where values cannot be compared.'),
  where: z.string().describe('`file:line` of the source line.'),
  inserted: z.boolean().describe('Whether the line is new.'),
  because: reasons,
  pull: z.number().int().optional().describe('The number of its pull request.'),
})

const followed = z.object({
  container: z.string().optional(),
  field: z.string(),
  from: z.string(),
  to: z.string(),
  at: z.string().describe('ISO 8601.'),
  commit: z.string(),
  verdict: z.string(),
  said: z.string().describe('What got worse, or the figures of the days that it was followed.'),
  costAMonth: z.number().optional().describe('Added to the cost of a month; negative where it saves.'),
  emergencyUntil: z.string().optional().describe('When the emergency that it began ends. ISO 8601.'),
})

/** What the fleet's report says of a workload, in one word. */
const changeKinds = ['raise', 'lower', 'both', 'other', 'skipped', 'keep', 'undecided', 'unmanaged'] as const

const workload = z.object({
  key: z
    .string()
    .describe('`cluster/namespace/Kind/name`, with `~2` where several sources declare the same.'),
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  source: z.string().optional().describe('Absent for a workload that no source declares.'),
  repository: z.string().optional().describe('Repository and branch, in a report on several repositories.'),
  owners: z.array(z.string()).describe('Of its source lines, by CODEOWNERS.'),
  change: z
    .enum(changeKinds)
    .describe(
      '`raise`, `lower`, `both`: of requests. `other`: of other values. `skipped`: a change is recommended, but is not proposed. `unmanaged`: no source declares it.',
    ),
  cpu: moved(balance).optional(),
  memory: moved(balance).optional(),
  costPerMonth: moved(z.number()).optional(),
  saves: z.number().describe('A month; negative where the change costs more.'),
  kills: z.number().int().describe('OOM kills in the recorded time.'),
  throttled: z.number().optional().describe('Time throttled under the current values, 0 to 100.'),
  confidence: z.enum(['high', 'medium', 'low']).optional(),
  days: z.number().optional().describe('Days with usage.'),
  coverage: z.number().optional().describe('Share of the samples that are present, 0 to 1.'),
  backtest: z
    .string()
    .optional()
    .describe('Figures of the recorded time, current and proposed, as sentences.'),
  replicas: z
    .object({
      minimum: z.number(),
      maximum: z.number(),
      mean: z.number(),
      hourly: z
        .object({ first: z.number().int(), step: z.number().int(), counts: z.array(z.number().nullable()) })
        .optional()
        .describe('Most pods by the hour.'),
    })
    .optional(),
  scaler: z
    .object({
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      targets: z.array(z.string()),
      simulated: z
        .array(z.object({ figure: z.string(), current: z.number(), proposed: z.number().optional() }))
        .describe('The recorded demand replayed through the HPA: pods, and percent of the time.'),
    })
    .optional(),
  usage: z.array(
    z.object({
      container: z.string(),
      killTimes: z
        .array(z.number())
        .describe('Of OOM kills with a known time, in seconds since 1970, oldest first.'),
      cpu: usage.optional(),
      memory: usage.optional(),
    }),
  ),
  changes: z.array(change),
  kept: z.array(
    z.object({ container: z.string().optional(), field: z.string(), value: z.string(), because: reasons }),
  ),
  undecided: z.array(z.object({ container: z.string().optional(), field: z.string(), missing: z.string() })),
  skipped: z.array(
    z.object({ field: z.string().optional(), place: z.string().optional(), reason: z.string() }),
  ),
  history: z.array(followed).describe('Earlier changes by Tortoise, newest first.'),
})

const pull = z.object({
  scope: z.string(),
  branch: z.string(),
  action: z.string(),
  number: z.number().int().optional(),
  url: z.string().optional(),
  reason: z.string().optional(),
})

/** The format of `report -o json`, and of the data in the HTML report. */
export const fleetSchema = z
  .object({
    kind: z.literal('TortoiseFleet'),
    version: z.literal(1),
    madeAt: z.string().describe('ISO 8601.'),
    program: z.string(),
    currency: z.string().describe('Of costs.'),
    totals: z.object({
      workloads: z.number().int(),
      changing: z.number().int().describe('Workloads that change.'),
      values: z.number().int().describe('Values that change.'),
      cpu: moved(balance),
      memory: moved(balance),
      costPerMonth: moved(z.number()),
      saves: z.number().describe('What the proposed changes save a month; negative where they cost more.'),
      merged: z
        .object({ values: z.number().int(), aMonth: z.number(), soFar: z.number() })
        .describe(
          'Changes that were merged lately: how many, and what they cost a month and since then; negative where they save.',
        ),
      kills: z.number().int(),
    }),
    coverage: z.array(
      z.object({
        cluster: z.string(),
        used: z.number().int(),
        managed: z.number().int(),
        said: z.string(),
        advice: z.array(z.string()),
      }),
    ),
    workloads: z.array(workload),
    skippedSources: z.array(z.object({ source: z.string(), reason: z.string() })),
    pulls: z.array(pull),
    repositories: z
      .array(z.object({ name: z.string(), said: z.string().describe('How the run on it ended.') }))
      .optional()
      .describe('Repositories and branches, in a report on several.'),
    notes: z.array(z.string()).describe('How usage was read and sources were rendered, as sentences.'),
    schedules: z
      .array(
        z.object({
          name: z.string(),
          cron: z.string(),
          next: z.string().optional().describe('ISO 8601.'),
          last: z
            .object({ ended: z.string(), seconds: z.number(), error: z.string().optional() })
            .optional()
            .describe('The last run since the start of the daemon.'),
        }),
      )
      .optional()
      .describe('The schedules of the daemon.'),
  })
  .describe('All workloads with usage or with a source: what they request and use, and what should change.')

/** A report on the fleet. */
export type FleetReport = z.infer<typeof fleetSchema>
/** One workload of it. */
export type FleetRow = FleetReport['workloads'][number]
/** Usage of one resource of one container. */
export type FleetUsage = z.infer<typeof usage>
/** Mean amounts of one resource. */
export type Balance = z.infer<typeof balance>
