import fs from 'node:fs'
import { join, resolve } from 'node:path'
import git from 'isomorphic-git'
import { z } from 'zod'
import type { Settings } from '../../config/schema.ts'
import { type OwnRepository, repositoryName } from '../model/repository.ts'
import type { Checkout } from './checkout.ts'
import type { Environment } from './host.ts'
import { workflowEvent } from './workflow-event.ts'

/** A checkout, and the settings that say where its changes are delivered. */
export interface OwnRepositoryRequest {
  readonly checkout: Checkout
  readonly deliver: Settings['deliver']
  /**
   * `run`: only the base branch is rolled out. `work-tree`: a person edits files on any branch, which is merged into the
   * default branch later.
   */
  readonly purpose: 'run' | 'work-tree'
}

/**
 * Returns the names and branches of the repository that a run works on: from `deliver.remote`, `deliver.github`,
 * `deliver.repositories`, the remote `origin` of the clone (or its only remote), and the variables of a GitHub workflow.
 */
export async function ownRepository(
  { env }: Pick<Environment, 'env'>,
  { checkout, deliver, purpose }: OwnRepositoryRequest,
): Promise<OwnRepository> {
  const gitdir = checkout.gitdir ?? linkedGitdir(checkout.root)
  const clone = gitdir === undefined ? undefined : await readClone(gitdir)
  const urls = [
    ...(deliver.remote === undefined ? [] : [deliver.remote.url]),
    ...githubUrl(deliver),
    ...(clone?.url === undefined ? [] : [clone.url]),
    ...workflowUrl(env, checkout),
    ...deliver.repositories,
  ]
  const names = [...new Set(urls.flatMap((url) => repositoryName(url) ?? []))]
  const base = deliver.base ?? clone?.branch ?? workflowBranch(env)
  const head = clone?.head ?? eventBranch(env) ?? usualHead(base, clone?.known ?? [])
  const merged = purpose === 'work-tree' && deliver.base === undefined ? head : undefined
  return {
    names,
    branches: [...new Set([base, merged].filter((one) => one !== undefined))],
    ...(head === undefined ? {} : { head }),
    known: clone?.known ?? [],
  }
}

interface Clone {
  readonly url?: string | undefined
  readonly branch?: string | undefined
  readonly head?: string | undefined
  readonly known: readonly string[]
}

async function readClone(gitdir: string): Promise<Clone> {
  const shared = sharedGitdir(gitdir)
  const remotes = await unlessBroken(() => git.listRemotes({ fs, gitdir: shared }), [])
  const origin =
    remotes.find(({ remote }) => remote === 'origin') ?? (remotes.length === 1 ? remotes[0] : undefined)
  const tracked =
    origin && (await unlessBroken(() => git.listBranches({ fs, gitdir: shared, remote: origin.remote }), []))
  const local = await unlessBroken(() => git.listBranches({ fs, gitdir: shared }), [])
  return {
    url: origin?.url,
    branch: (await unlessBroken(() => git.currentBranch({ fs, gitdir }), undefined)) ?? undefined,
    head: origin && headOf(shared, origin.remote),
    known: [...new Set([...local, ...(tracked ?? [])])],
  }
}

/** The default branch of a remote, as `git clone` records it. */
function headOf(gitdir: string, remote: string): string | undefined {
  const file = join(gitdir, 'refs/remotes', remote, 'HEAD')
  if (!fs.existsSync(file)) return undefined
  return /^ref: refs\/remotes\/[^/]+\/(.+)$/m.exec(fs.readFileSync(file, 'utf8'))?.[1]
}

/** The Git directory of a linked worktree, whose `.git` is a file; `undefined` without one. */
function linkedGitdir(root: string): string | undefined {
  const file = join(root, '.git')
  if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return undefined
  const path = /^gitdir: (.+)$/m.exec(fs.readFileSync(file, 'utf8'))?.[1]
  return path === undefined ? undefined : resolve(root, path)
}

/** The directory with the remotes and branches of a Git directory: that of the main worktree. */
function sharedGitdir(gitdir: string): string {
  const file = join(gitdir, 'commondir')
  return fs.existsSync(file) ? resolve(gitdir, fs.readFileSync(file, 'utf8').trim()) : gitdir
}

/** A broken clone counts as one without remotes and branches; commands that need Git report it. */
const unlessBroken = <T>(read: () => Promise<T>, otherwise: T): Promise<T> => read().catch(() => otherwise)

function githubUrl({ github }: Settings['deliver']): readonly string[] {
  if (github === undefined) return []
  const { apiUrl = 'https://github.com', repository } = github
  const { hostname, port, protocol } = new URL(apiUrl)
  const host = hostname === 'api.github.com' ? 'github.com' : hostname
  return [`${protocol}//${host}${port === '' ? '' : `:${port}`}/${repository}`]
}

/** The repository of a GitHub workflow, where its workspace is the checkout. */
function workflowUrl(env: Environment['env'], { root }: Checkout): readonly string[] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_WORKSPACE: workspace } = named(env)
  if (server === undefined || repository === undefined || workspace === undefined) return []
  return fs.existsSync(workspace) && fs.realpathSync(workspace) === root ? [`${server}/${repository}`] : []
}

/** The branch of a workflow: the one that a pull request is for, or the one that the workflow runs on. */
function workflowBranch(env: Environment['env']): string | undefined {
  const { GITHUB_BASE_REF: base, GITHUB_REF: ref } = named(env)
  return base || /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1]
}

/** The default branch, as the event of a GitHub workflow names it. */
function eventBranch(env: Environment['env']): string | undefined {
  return workflowEvent(env, eventSchema)?.repository?.default_branch
}

const eventSchema = z.object({ repository: z.object({ default_branch: z.string().optional() }).optional() })

/**
 * The default branch of a clone that does not know it, where the run delivers to another branch: the only one of the two
 * usual names that exists.
 */
function usualHead(base: string | undefined, known: readonly string[]): string | undefined {
  const usual = ['main', 'master'].filter((branch) => known.includes(branch))
  return base === undefined || usual.includes(base) || usual.length !== 1 ? undefined : usual[0]
}

const named = (env: Environment['env']): Readonly<Record<string, string | undefined>> => env
