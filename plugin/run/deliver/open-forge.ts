import fs from 'node:fs'
import http from 'isomorphic-git/http/node'
import type { Settings } from '../../../config/schema.ts'
import type { BranchWriter, Forge } from '../../deliver/forges/forge.ts'
import { giteaForge } from '../../deliver/forges/gitea/forge.ts'
import { githubForge } from '../../deliver/forges/github/forge.ts'
import { importCommit } from '../../deliver/forges/github/import-commit.ts'
import { type GitHubRepository, openSession, type Session } from '../../deliver/forges/github/session.ts'
import { githubWriter } from '../../deliver/forges/github/writer.ts'
import { gitlabForge } from '../../deliver/forges/gitlab/forge.ts'
import { kindOfHost, type RemoteForge } from '../../deliver/forges/kind-of-host.ts'
import { storeCommit } from '../../deliver/git/fetch.ts'
import { gitWriter } from '../../deliver/git/git-writer.ts'
import { openRemote } from '../../deliver/git/smart-http.ts'
import { stop } from '../../model/problem.ts'
import type { Environment } from '../host.ts'
import { secretFrom } from '../read-settings.ts'
import { refuseSigning, signerFor } from './signing.ts'
import { githubToken, remoteToken } from './tokens.ts'

type DeliverSettings = Settings['deliver']

/** An opened forge. GitHub's session can also write branches, without a push. */
export interface OpenedForge {
  readonly forge: Forge
  readonly session?: Session | undefined
}

async function openGitHub(repository: GitHubRepository): Promise<OpenedForge> {
  const session = await openSession(repository)
  return { forge: githubForge(session), session }
}

const publicHost = 'https://github.com'

/** Opens the forge that hosts the repository at `deliver.remote`. */
async function openHosted(
  environment: Environment,
  deliver: DeliverSettings,
  { kind, url, repository }: RemoteForge,
): Promise<OpenedForge> {
  const variable = deliver.forge?.tokenEnv
  const purpose = 'Opening a pull request'
  const token =
    variable === undefined
      ? remoteToken(environment, deliver, purpose)
      : () => secretFrom(environment.env, variable, purpose)
  switch (kind) {
    case 'github': {
      const api = url === publicHost ? {} : { apiUrl: `${url}/api/v3` }
      return openGitHub({ kind, repository, token, ...api })
    }
    case 'gitlab':
      return { forge: await gitlabForge({ url, repository, token }) }
    case 'gitea':
      return { forge: await giteaForge({ url, repository, token }) }
    default:
      return kind satisfies never
  }
}

/**
 * Opens the forge of `deliver.github`, or else the forge that hosts `deliver.remote`. Throws `settings.missing` when
 * settings name neither.
 */
export async function openForge(environment: Environment, deliver: DeliverSettings): Promise<OpenedForge> {
  const { github, remote, forge } = deliver
  if (github !== undefined) {
    const { repository, apiUrl, paced } = github
    const token = githubToken(environment, deliver, 'Opening a pull request')
    const api = apiUrl === undefined ? {} : { apiUrl }
    return openGitHub({ kind: 'github', repository, token, paced, ...api })
  }
  if (remote !== undefined) return openHosted(environment, deliver, kindOfHost(remote.url, forge))
  throw stop('settings.missing', 'no forge is configured to open pull requests on', {
    hint: 'Set deliver.github.repository or deliver.remote.url, or use mode commit.',
  })
}

/** The repository to write to, and the time of its commits. */
export interface WriterRequest {
  readonly settings: Pick<Settings, 'deliver' | 'programs'>
  readonly gitdir: string
  readonly session: Session | undefined
  readonly now: Date
}

/** Opens the writer of branches. It pushes from the clone when `deliver.remote` is set, and else uses the GitHub API. */
export function openWriter(
  environment: Environment,
  { settings: { deliver, programs }, gitdir, session, now }: WriterRequest,
): BranchWriter {
  const { remote, author, commits } = deliver
  if (remote === undefined) {
    refuseSigning(commits)
    if (session === undefined) throw new Error('a writer without deliver.remote needs a GitHub session')
    return githubWriter(session, { verified: commits.verified })
  }
  const server = openRemote({ url: remote.url, token: remoteToken(environment, deliver, 'Pushing') }, http)
  const sign = signerFor(environment, { commits, programs, gitdir })
  return gitWriter({ fs, gitdir, cache: {} }, server, { author, now, sign })
}

/** The clone to copy commits into. */
export interface ImportRequest {
  readonly deliver: DeliverSettings
  readonly gitdir: string
  readonly session: Session | undefined
  /** A commit of the base branch that the clone has. */
  readonly baseId: string
}

/**
 * Returns a function that copies a commit of the server with its files into the clone and returns the id of its tree. It
 * fetches when `deliver.remote` is set, and else uses the GitHub API.
 */
export function openImport(
  environment: Environment,
  { deliver, gitdir, session, baseId }: ImportRequest,
): (commit: string) => Promise<string> {
  const { remote } = deliver
  const repository = { fs, gitdir, cache: {} }
  if (remote === undefined) {
    if (session === undefined) throw new Error('an import without deliver.remote needs a GitHub session')
    return (id) => importCommit(session, repository, id)
  }
  const server = openRemote({ url: remote.url, token: remoteToken(environment, deliver, 'Fetching') }, http)
  return (id) => storeCommit(repository, server, { id, base: baseId })
}
