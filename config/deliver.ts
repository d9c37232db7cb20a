import { z } from 'zod'
import { appSchema } from './app.ts'
import { commitsSchema } from './commits.ts'
import { forgeSchema } from './forge.ts'
import { matchSchema } from './match.ts'
import { branchName, oneLine, percent } from './shared-schemas.ts'
import { variableName } from './variable.ts'

const pullRequestsSchema = z
  .strictObject({
    grouping: z
      .enum(['owner', 'source', 'workload', 'all'])
      .default('owner')
      .describe(
        'Which changes share a pull request. `owner`: those with the same owners (CODEOWNERS) and the same cluster.',
      ),
    maxOpen: z.number().int().min(1).default(10).describe('Largest number of open pull requests.'),
    maxNewPerHour: z
      .number()
      .int()
      .min(1)
      .default(5)
      .describe('Largest number of new pull requests in an hour.'),
    labels: z.array(z.string().min(1)).default([]).describe('Labels of every pull request.'),
    reconsider: percent
      .default(20)
      .describe('A declined value is proposed again only if it changes by more than this, in percent.'),
    settle: percent
      .default(5)
      .describe(
        'A value in an open pull request is updated only if it changes by more than this, in percent.',
      ),
    rememberDays: z
      .number()
      .int()
      .min(1)
      .default(180)
      .describe('Days for which closed and merged pull requests are taken into account.'),
    checks: z
      .boolean()
      .default(false)
      .describe('Reports proof, freshness and safety as statuses of the commit.'),
    dashboard: z
      .boolean()
      .default(false)
      .describe('Maintains an issue that lists all changes and pull requests.'),
    autoMerge: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Merges pull requests automatically.'),
        increasesOnly: z.boolean().default(false).describe('Only pull requests that lower no value.'),
        below: z
          .number()
          .min(0)
          .optional()
          .describe('Only pull requests that change no value by more than this, in percent.'),
        clusters: z.array(z.string()).optional().describe('Only pull requests for these clusters.'),
      })
      .prefault({})
      .describe('Which pull requests are merged as soon as the rules of the forge allow it.'),
  })
  .describe('Settings of pull requests.')

const wavesSchema = z
  .strictObject({
    order: z
      .array(matchSchema.omit({ container: true }))
      .default([])
      .describe(
        'What each wave matches, the first one first: a value changes only when the same value of the same workload has held in the wave before. What nothing matches changes last.',
      ),
    after: z
      .number()
      .min(0)
      .max(28)
      .default(7)
      .describe('Days of usage that a workload needs that runs in no earlier wave.'),
  })
  .describe('The order in which clusters or workloads change.')

const budgetSchema = z
  .strictObject({
    workloads: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Workloads that may move at once: proposed, or merged less than `health.days` ago.'),
    cpu: percent.optional().describe('Share of the requested CPU that may be lowered in a day, in percent.'),
    memory: percent
      .optional()
      .describe('Share of the requested memory that may be lowered in a day, in percent.'),
  })
  .describe('How much may move at once in each cluster. Default: no limit.')

const graduateSchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether workloads earn it.'),
    after: z
      .number()
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('Changes that must hold for each step, since the last one that did harm.'),
    upTo: z
      .enum(['auto-merge', 'direct'])
      .default('auto-merge')
      .describe('The last step. `direct` commits to the base branch without a pull request.'),
  })
  .describe(
    'Workloads earn a delivery with less review by changes that held: from `pull-request` to `auto-merge`, and then to `direct`.',
  )

const personName = oneLine.regex(/^[^<>]+$/, 'must not have < or >')

/** Settings of the delivery of changes. */
export const deliverSchema = z
  .strictObject({
    mode: z
      .enum(['report', 'commit', 'direct', 'pull-request'])
      .default('commit')
      .describe(
        '`report` changes nothing. `commit` makes a commit on a branch. `direct` commits to `base`, as a fast-forward. `pull-request` also pushes the branch, and opens or updates a pull request.',
      ),
    base: branchName
      .optional()
      .describe('Base branch of the commit. Default: the branch that is checked out.'),
    branch: branchName
      .default('tortoise/right-size')
      .describe(
        'Branch of the commit. It must begin with `tortoise/`, or equal `base` to commit there directly. Mode `direct` does not use it.',
      ),
    remote: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .describe('HTTP(S) URL of the repository to push to, without credentials.'),
        tokenEnv: variableName
          .default('TORTOISE_GIT_TOKEN')
          .describe('Environment variable with the token for pushes.'),
      })
      .optional()
      .describe('The repository to push to. Default: the commit stays local.'),
    repositories: z
      .array(oneLine)
      .default([])
      .describe(
        'Further URLs by which Argo CD and Flux name this repository: a mirror, another host name, or the repository that this clone is a fork of. Known without it: `remote`, `github`, and the remote `origin` of the clone.',
      ),
    github: z
      .strictObject({
        repository: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
          .describe('`owner/name`.'),
        apiUrl: z.url().optional().describe('Base URL of the API, for GitHub Enterprise.'),
        tokenEnv: variableName.default('GITHUB_TOKEN').describe('Environment variable with the token.'),
        app: appSchema.optional(),
        paced: z
          .boolean()
          .default(true)
          .describe(
            'Pauses between writes, as github.com requires. Set to false for an Enterprise server without rate limits.',
          ),
      })
      .optional()
      .describe('The GitHub repository for pull requests.'),
    forge: forgeSchema.optional(),
    pullRequests: pullRequestsSchema.prefault({}),
    waves: wavesSchema.prefault({}),
    budget: budgetSchema.prefault({}),
    graduate: graduateSchema.prefault({}),
    commits: commitsSchema.prefault({}),
    author: z
      .strictObject({
        name: personName.default('gitops-tortoise').describe('Author name.'),
        email: personName
          .default('gitops-tortoise@users.noreply.github.com')
          .describe('Author e-mail. It also identifies the commits of Tortoise.'),
      })
      .prefault({})
      .describe('Author and committer of commits.'),
  })
  .describe('How changes are delivered.')
