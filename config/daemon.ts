import { z } from 'zod'

const scheduleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]+$/, 'must be letters, digits, dots and dashes')
      .optional()
      .describe('Name in logs and metrics. Default: its position in the list.'),
    cron: z.string().describe('When to run: five fields as in cron, or six with seconds first.'),
    cluster: z.string().min(1).optional().describe('Runs for this cluster only. Default: all clusters.'),
    only: z
      .enum(['urgent'])
      .optional()
      .describe(
        '`urgent`: looks after what was merged, and nothing else. It takes back what did harm, answers OOM kills of workloads that were changed, and ends emergencies. Default: the whole plan.',
      ),
    mode: z
      .enum(['report', 'commit', 'direct', 'pull-request'])
      .optional()
      .describe('How changes are delivered by this schedule. Default: `deliver.mode`.'),
  })
  .describe('One schedule.')

/** Settings of the daemon. */
export const serveSchema = z
  .strictObject({
    schedules: z
      .array(scheduleSchema)
      .default([{ cron: '17 4 * * 1-5' }, { name: 'urgent', cron: '47 * * * *', only: 'urgent' }])
      .describe('When the daemon runs.'),
    timeZone: z.string().default('Etc/UTC').describe('IANA time zone of the schedules.'),
    jitterSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(30)
      .describe(
        'Largest random delay of a run, in seconds, so that many daemons do not start at the same time.',
      ),
    catchUp: z
      .boolean()
      .default(true)
      .describe(
        'At start, runs schedules that were missed while the daemon was down. Needs a state directory.',
      ),
    sampleSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .describe('Seconds between readings of metrics-server, for clusters with `metrics-server` in `usage`.'),
    shutdownSeconds: z
      .number()
      .min(0)
      .max(600)
      .default(25)
      .describe('Time that a run may take to finish after the daemon receives a signal to stop, in seconds.'),
    leaderElection: z
      .strictObject({
        namespace: z
          .string()
          .min(1)
          .describe('Namespace of the Lease, which is the namespace of the daemon.'),
        name: z.string().min(1).default('gitops-tortoise').describe('Name of the Lease.'),
        leaseSeconds: z
          .number()
          .int()
          .min(3)
          .max(600)
          .default(15)
          .describe(
            'Seconds after which another replica takes over from a leader that does not renew the Lease.',
          ),
      })
      .optional()
      .describe(
        'Elects one of several replicas to run. The Lease is the only object that Tortoise writes to a cluster. Default: off.',
      ),
  })
  .describe('The daemon, `tortoise serve`.')

export type ServeSettings = z.infer<typeof serveSchema>
export type ScheduleSettings = ServeSettings['schedules'][number]
