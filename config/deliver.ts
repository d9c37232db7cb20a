import { z } from 'zod'
import { appSchema } from './app.ts'
import { commitsSchema } from './commits.ts'
import { forgeSchema } from './forge.ts'
import { percent } from './shared-schemas.ts'
import { variableName } from './variable.ts'

const pullRequestsSchema = z
  .strictObject({
    grouping: z
      .enum(['owner', 'source', 'workload', 'all'])
      .default('owner')
      .describe('What shares a pull request. `owner`: values of the same owners (CODEOWNERS) and cluster.'),
    maxOpen: z.number().int().min(1).default(10).describe('Pull requests open at the same time, at most.'),
    maxNewPerHour: z.number().int().min(1).default(5).describe('Pull requests opened in an hour, at most.'),
    labels: z.array(z.string().min(1)).default([]).describe('Labels of every pull request.'),
    reconsider: percent
      .default(20)
      .describe('A declined value is proposed again once it moves by more than this, in percent.'),
    settle: percent
      .default(5)
      .describe(
        'A value of an open pull request stays as it is until it moves by more than this, in percent.',
      ),
    rememberDays: z
      .number()
      .int()
      .min(1)
      .default(180)
      .describe('Days that closed and merged pull requests are remembered.'),
    checks: z
      .boolean()
      .default(false)
      .describe('Show proof, freshness and safety as statuses of the commit.'),
    dashboard: z.boolean().default(false).describe('Keep an issue that lists everything.'),
    autoMerge: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Let pull requests merge by themselves.'),
        increasesOnly: z.boolean().default(false).describe('Only those that lower nothing.'),
        below: z.number().min(0).optional().describe('Only those that move no value by more, in percent.'),
        clusters: z.array(z.string()).optional().describe('Only those of these clusters.'),
      })
      .prefault({})
      .describe('Which pull requests are merged as soon as the rules of the forge are met.'),
    prices: z
      .strictObject({
        cpu: z.number().min(0).describe('A reserved core, a month.'),
        memory: z.number().min(0).describe('A reserved GiB, a month.'),
        currency: z.string().max(4).default('$').describe('Put before amounts.'),
      })
      .optional()
      .describe('Shows what each change costs. Absent: no costs are shown.'),
  })
  .describe('How pull requests are kept.')

/** What becomes of the changes. */
export const deliverSchema = z
  .strictObject({
    mode: z
      .enum(['report', 'commit', 'direct', 'pull-request'])
      .default('commit')
      .describe(
        '`report` changes nothing; `commit` makes a commit on a branch; `direct` commits on `base` itself, fast-forward only; `pull-request` also pushes the branch and opens or updates a pull request.',
      ),
    base: z
      .string()
      .min(1)
      .optional()
      .describe('Branch that the commit stands on. Default: the branch checked out.'),
    branch: z
      .string()
      .min(1)
      .default('tortoise/right-size')
      .describe(
        'Branch of the commit. Must begin with `tortoise/`, or equal `base` to commit there directly. Not used by mode `direct`.',
      ),
    remote: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .describe('HTTP(S) URL of the repository to push to, without credentials.'),
        tokenEnv: variableName
          .default('TORTOISE_GIT_TOKEN')
          .describe('Environment variable that holds the token to push with.'),
      })
      .optional()
      .describe('Where to push. Absent: the commit stays local.'),
    github: z
      .strictObject({
        repository: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
          .describe('`owner/name`.'),
        apiUrl: z.url().optional().describe('Base URL of the API, for GitHub Enterprise.'),
        tokenEnv: variableName.default('GITHUB_TOKEN').describe('Environment variable that holds the token.'),
        app: appSchema.optional(),
        paced: z
          .boolean()
          .default(true)
          .describe(
            'Pause between writes, as github.com asks. An Enterprise server without rate limits needs no pauses.',
          ),
      })
      .optional()
      .describe('Where pull requests are opened.'),
    forge: forgeSchema.optional(),
    pullRequests: pullRequestsSchema.prefault({}),
    commits: commitsSchema.prefault({}),
    author: z
      .strictObject({
        name: z.string().min(1).default('gitops-tortoise').describe('Author name.'),
        email: z
          .string()
          .min(1)
          .default('gitops-tortoise@users.noreply.github.com')
          .describe('Author e-mail; also tells our commits from those of people.'),
      })
      .prefault({})
      .describe('Author and committer of commits.'),
  })
  .describe('What becomes of the changes.')
