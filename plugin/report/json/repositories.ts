import { z } from 'zod'
import { reportSchema } from './report.ts'

const problems = z.array(z.string()).describe('What failed, each with its place and how to fix it.')

const onboardingSchema = z
  .object({
    action: z
      .enum([
        'opened',
        'reopened',
        'updated',
        'unchanged',
        'closed',
        'queued',
        'blocked',
        'declined',
        'merged',
        'planned',
      ])
      .describe(
        '`declined`: somebody closed the pull request. `merged`: it was merged, but the branch does not have the settings. `blocked`: its branch has a commit of somebody else. `planned`: nothing was opened, because the command only reports.',
      ),
    branch: z.string().optional().describe('The branch of the pull request.'),
    number: z.number().int().optional(),
    url: z.string().optional(),
    report: reportSchema.optional().describe('The plan with the proposed settings.'),
  })
  .describe('How a branch without settings was onboarded.')

/** The format of `plan --repositories -o json` and of the report file of a run on several repositories. */
export const repositoriesSchema = z
  .object({
    repositories: z
      .array(
        z.object({
          url: z.string(),
          branch: z.string().describe('The base branch; a revision where the branches could not be read.'),
          report: reportSchema.optional(),
          onboarding: onboardingSchema.optional(),
          skipped: z.string().optional().describe('Why there was nothing to do, as a clause.'),
          problems: problems.optional(),
        }),
      )
      .describe('Each repository and branch, with one of `report`, `onboarding`, `skipped` and `problems`.'),
    skipped: z
      .array(
        z.object({
          repository: z.string(),
          revision: z.string(),
          by: z.array(z.string()).describe('The live objects that name it.'),
          reason: z.string().describe('A clause.'),
        }),
      )
      .describe('Repositories that live objects name, and that no run works on.'),
    unread: z
      .array(z.object({ cluster: z.string(), problems }))
      .describe('Clusters whose live objects could not be read.'),
  })
  .describe('One run of GitOps Tortoise on several repositories, or the plans for them.')
