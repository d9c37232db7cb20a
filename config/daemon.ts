import { z } from 'zod'

const scheduleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]+$/, 'must be letters, digits, dots and dashes')
      .optional()
      .describe('Name in logs and metrics. Default: its place in the list.'),
    cron: z.string().describe('When to run: five fields as in cron, or six with seconds in front.'),
    cluster: z.string().min(1).optional().describe('Only this cluster. Default: every one.'),
    mode: z
      .enum(['report', 'commit', 'direct', 'pull-request'])
      .optional()
      .describe('What becomes of the changes, for this schedule alone. Default: `deliver.mode`.'),
  })
  .describe('One schedule.')

/** Settings of the daemon. */
export const serveSchema = z
  .strictObject({
    schedules: z
      .array(scheduleSchema)
      .default([{ cron: '17 4 * * 1-5' }])
      .describe('When to run, and for what.'),
    timeZone: z.string().default('Etc/UTC').describe('IANA time zone of the schedules.'),
    jitterSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(30)
      .describe(
        'A run starts up to so much later than its schedule says, so that many daemons do not start at once.',
      ),
    catchUp: z
      .boolean()
      .default(true)
      .describe('Run at start what was missed while the daemon was down (known from its state directory).'),
    sampleSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .describe('Seconds between readings of metrics-server, for clusters whose `usage` names it.'),
    shutdownSeconds: z
      .number()
      .min(0)
      .max(600)
      .default(25)
      .describe('How long a run may go on after the daemon is told to end.'),
    leaderElection: z
      .strictObject({
        namespace: z.string().min(1).describe("Namespace of the Lease: the daemon's own."),
        name: z.string().min(1).default('gitops-tortoise').describe('Name of the Lease.'),
        leaseSeconds: z
          .number()
          .int()
          .min(3)
          .max(600)
          .default(15)
          .describe('How long a leader that is silent stays one.'),
      })
      .optional()
      .describe(
        'Several replicas, of which one runs. The Lease is the only thing that is ever written to a cluster. Absent: off.',
      ),
  })
  .describe('The daemon, `tortoise serve`.')

export type ServeSettings = z.infer<typeof serveSchema>
export type ScheduleSettings = ServeSettings['schedules'][number]
