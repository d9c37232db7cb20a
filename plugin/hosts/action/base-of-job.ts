import fs from 'node:fs'
import git from 'isomorphic-git'
import { z } from 'zod'
import { stop } from '../../model/problem.ts'
import { commitAndParent, headOfClone } from '../../run/base-branch.ts'
import type { Host } from '../../run/host.ts'
import { workflowEvent } from '../../run/workflow-event.ts'

/** The parts of an event that say which commit of the default branch a job is about. */
const eventSchema = z.object({
  repository: z.object({ default_branch: z.string().optional() }).optional(),
  pull_request: z
    .object({ base: z.object({ ref: z.string().optional(), sha: z.string().optional() }).optional() })
    .nullish(),
})

type BaseEvent = z.infer<typeof eventSchema>

/** Events whose content nobody can choose who may not push to the branch that the workflow runs on. */
const trusted: readonly string[] = ['', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'push']

/** Whether the job is about something that is not merged yet, such as a pull request. */
export const isPullRequestJob = ({ env }: Host): boolean => !trusted.includes(env['GITHUB_EVENT_NAME'] ?? '')

/**
 * Returns the commit of the default branch that a pull request job takes its settings from. It must be in the clone; the
 * checked-out files do not matter. Rejects with `git.missing` when no commit is known to be of the default branch.
 */
export async function baseOfJob({ env }: Host, gitdir: string): Promise<string> {
  const event = eventIn(env)
  const facts = { env, event, gitdir }
  const isDefault = isForDefaultBranch(event)
  const base = isDefault ? event.pull_request?.base?.sha : undefined
  for (const commit of [base, shaOfRun(facts), await remoteHead(facts)])
    if (commit !== undefined && (await hasCommit(gitdir, commit))) return commit
  if (isMerged(facts) && isDefault && (await isCheckedOut(facts)))
    return (await commitAndParent(gitdir)).parent
  if (env['GITHUB_SHA'] === undefined && !isMerged(facts)) return headOfClone(gitdir)
  const branch = event.repository?.default_branch ?? 'main'
  throw stop('git.missing', `no commit of ${branch} is in this clone, so there are no settings to use`, {
    hint: `Add a step before this one:\n    - run: git fetch --depth=1 origin +refs/heads/${branch}:refs/remotes/origin/${branch}`,
  })
}

interface Facts {
  readonly env: Host['env']
  readonly event: BaseEvent
  readonly gitdir: string
}

const eventIn = (env: Host['env']): BaseEvent => workflowEvent(env, eventSchema) ?? {}

/** Whether the pull request is to be merged into the default branch, as far as the event says. */
function isForDefaultBranch({ repository, pull_request: pull }: BaseEvent): boolean {
  const [base, standard] = [pull?.base?.ref, repository?.default_branch]
  return base === undefined || standard === undefined || base === standard
}

/** Whether the run is for the merge commit of a pull request, which has the head of its base branch as first parent. */
const isMerged = ({ env, event }: Facts): boolean =>
  (env['GITHUB_EVENT_NAME'] ?? 'pull_request') === 'pull_request' && event.pull_request != null

/** `GITHUB_SHA`, where it is a commit of the default branch: for events that are not the push of somebody. */
function shaOfRun({ env, event }: Facts): string | undefined {
  const { GITHUB_SHA: sha, GITHUB_REF: ref } = env as Readonly<Record<string, string | undefined>>
  const standard = event.repository?.default_branch
  const isOnDefault = ref === undefined || standard === undefined || ref === `refs/heads/${standard}`
  return isMerged({ env, event, gitdir: '' }) || !isOnDefault ? undefined : sha
}

async function remoteHead({ event, gitdir }: Facts): Promise<string | undefined> {
  const branch = event.repository?.default_branch
  if (branch === undefined) return undefined
  return git.resolveRef({ fs, gitdir, ref: `refs/remotes/origin/${branch}` }).catch(() => undefined)
}

const hasCommit = (gitdir: string, oid: string): Promise<boolean> =>
  git.readCommit({ fs, gitdir, oid }).then(
    () => true,
    () => false,
  )

/** Whether the commit of the run is checked out. Another one may have parents that somebody chose. */
async function isCheckedOut({ env, gitdir }: Facts): Promise<boolean> {
  const sha = env['GITHUB_SHA']
  return sha === undefined || sha === (await headOfClone(gitdir))
}
