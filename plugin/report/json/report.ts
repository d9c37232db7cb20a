import { z } from 'zod'
import type { Outcome } from '../../model/plan.ts'
import type { SourceRollout } from '../../model/rollout.ts'
import { followedSchema } from '../followed.ts'
import { usageSchema } from '../usage.ts'
import { coverageSchema } from './coverage.ts'
import { planBacktestSchema } from './plan-backtest.ts'
import { address, proofJson, reasons, site, siteJson, workload } from './words.ts'

const pullAction = z
  .enum(['opened', 'reopened', 'updated', 'unchanged', 'closed', 'queued', 'blocked'])
  .describe('`queued`: waits for a free slot. `blocked`: its branch has commits of somebody else.')

/** The format of `plan -o json` and of the report file of a run. */
export const reportSchema = z
  .object({
    kind: z.literal('TortoiseReport'),
    version: z.literal(1),
    changes: z
      .array(
        z.object({
          ...address,
          from: z.string(),
          to: z.string(),
          because: reasons,
          site,
          earned: z
            .enum(['auto-merge', 'direct'])
            .optional()
            .describe('How it is delivered, where its workload earned that.'),
        }),
      )
      .describe('Values that a commit changes, as printed in the file.'),
    recommendations: z
      .array(
        z.object({
          ...address,
          verdict: z.enum(['change', 'keep', 'unsure']),
          from: z
            .number()
            .optional()
            .describe('Millicores, bytes or a count; of a schedule its pod-hours a week.'),
          to: z
            .number()
            .optional()
            .describe('Millicores, bytes or a count; of a schedule its pod-hours a week.'),
          written: z.string().optional().describe('The new value of a schedule, as text.'),
          because: reasons.optional(),
          answersKill: z
            .object({
              days: z.number().describe('Days from the kill to that time.'),
              before: z.string().describe('ISO 8601.'),
            })
            .optional()
            .describe('The last OOM kill that the change, or one of its change group, answers.'),
          missing: z.string().optional().describe('What is missing for a recommendation.'),
          together: z
            .string()
            .optional()
            .describe(
              'The change group. Changes of a workload in the same group are made together or not at all.',
            ),
        }),
      )
      .describe('The recommendation for every field.'),
    rollouts: z
      .array(
        z.object({
          source: z.string(),
          by: z.string().describe('What rolls a change out, as a sentence.'),
          held: z.string().optional().describe('Why that does not happen by itself, as a sentence.'),
        }),
      )
      .optional()
      .describe('How changes reach the cluster, for sources that objects of Flux or Argo CD declare.'),
    unanswered: z
      .array(
        z.object({
          cluster: z.string(),
          workload,
          container: z.string(),
          kills: z.number().int().describe('OOM kills of the window that nobody answered.'),
          why: z.string().describe('Why nothing is raised.'),
        }),
      )
      .optional()
      .describe('Containers with OOM kills whose memory is not raised.'),
    followed: followedSchema
      .optional()
      .describe(
        'What became of the changes that earlier commits of Tortoise made; of each field newest first.',
      ),
    earned: z
      .array(
        z.object({
          source: z.string(),
          cluster: z.string().optional(),
          workload,
          held: z.number().int().describe('Changes that held since the last one that did harm.'),
          delivery: z
            .enum(['auto-merge', 'direct'])
            .optional()
            .describe('How its changes are delivered; absent where that is as settings say.'),
          lostAt: z.string().optional().describe('When the last change that did harm was made, ISO 8601.'),
        }),
      )
      .optional()
      .describe('What workloads earned by changes that held (setting `deliver.graduate`).'),
    coverage: coverageSchema.optional(),
    unbounded: z
      .array(z.object({ cluster: z.string(), what: z.string().describe('What is unknown, as a sentence.') }))
      .optional()
      .describe('What could not be read of the clusters, so that it bounds no value.'),
    usage: usageSchema.optional(),
    sandbox: z.string().optional().describe('Whether kustomize and Helm ran in a sandbox, as a sentence.'),
    fetched: z
      .array(z.string())
      .optional()
      .describe('Charts and Git sources from elsewhere, each with its version and why it was taken.'),
    backtest: planBacktestSchema.nullable(),
    replicaSlots: z
      .array(
        z.object({
          source: z.string(),
          cluster: z.string().optional(),
          workload,
          slots: z.array(
            z.object({
              weekday: z.number().int().optional().describe('0 is Sunday; absent for every day.'),
              from: z.number().int().describe('First hour.'),
              to: z.number().int().describe('The hour after the last.'),
              minimum: z.number().int(),
              maximum: z.number().int(),
              timeZone: z.string().optional().describe('Time zone of the hours; UTC where absent.'),
            }),
          ),
        }),
      )
      .describe(
        'Replica bounds by hour of the week (setting `recommend.replicaSlots`), for schedulers such as KEDA.',
      ),
    skipped: z.array(
      z.object({
        source: z.string().optional(),
        cluster: z.string().optional(),
        namespace: z.string().optional(),
        workload: z.string(),
        field: z.string().optional(),
        place: z.string().optional().describe('`file:line:column` of the source line of the field.'),
        reason: z.string(),
      }),
    ),
    proof: z
      .object({
        verdict: z.enum(['proved', 'refuted']),
        sources: z.array(z.string()),
        fields: z.number().int(),
      })
      .nullable()
      .describe('The sources rendered before and after, and how many fields differ.'),
    delivery: z
      .object({
        mode: z.enum(['report', 'commit', 'pull-request']),
        created: z.boolean(),
        branch: z.string().optional(),
        commit: z.string().optional(),
        pushedTo: z.string().optional(),
        pullRequest: z
          .object({
            number: z.number().int(),
            url: z.string(),
            action: pullAction,
          })
          .optional()
          .describe('The first pull request of the run.'),
        direct: z
          .object({
            mode: z.literal('commit'),
            created: z.boolean(),
            branch: z.string().optional(),
            commit: z.string().optional(),
          })
          .optional()
          .describe('The commit on the base branch, where rules deliver some changes directly.'),
        pulls: z
          .array(
            z.object({
              scope: z.string().describe('What its changes have in common: cluster and owners, for example.'),
              branch: z.string(),
              action: pullAction,
              number: z.number().int().optional(),
              url: z.string().optional(),
              commit: z.string().optional(),
              reason: z.string().optional(),
              merging: z.enum(['armed', 'queued', 'merged', 'refused']).optional(),
            }),
          )
          .optional()
          .describe('Every pull request of the run.'),
      })
      .nullable(),
  })
  .describe('One run of GitOps Tortoise, or one plan.')

/** A run or a plan as JSON, in the format of `reportSchema`. */
export function jsonReport({ plan, delivery }: Outcome): object {
  const proof = plan.proposal?.proof
  return {
    kind: 'TortoiseReport',
    version: 1,
    changes: (plan.proposal?.changes ?? []).map((change) => ({ ...change, site: siteJson(change.site) })),
    recommendations: plan.recommendations,
    ...(plan.rollouts?.length && { rollouts: plan.rollouts.map(rolloutJson) }),
    ...(plan.unanswered?.length && { unanswered: plan.unanswered }),
    ...(plan.followed?.length && { followed: plan.followed }),
    ...(plan.earned?.length && { earned: plan.earned }),
    ...(plan.coverage?.length && { coverage: plan.coverage }),
    ...(plan.unbounded?.length && { unbounded: plan.unbounded }),
    ...(plan.usage && { usage: plan.usage }),
    ...(plan.sandbox && { sandbox: plan.sandbox }),
    ...(plan.fetched?.length && { fetched: plan.fetched }),
    backtest: plan.backtest ?? null,
    replicaSlots: plan.slots ?? [],
    skipped: plan.skipped,
    proof: proof === undefined ? null : proofJson(proof),
    delivery: delivery ?? null,
  }
}

function rolloutJson({ source, rollouts }: SourceRollout): object {
  const held = rollouts.flatMap((one) => one.held ?? [])
  return { source, by: rollouts.at(-1)?.by ?? '', ...(held.length === 0 ? {} : { held: held.join('. ') }) }
}
