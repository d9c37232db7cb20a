import fs from 'node:fs'
import http from 'isomorphic-git/http/node'
import type { Settings } from '../../../config/schema.ts'
import type { BranchWriter, Forge } from '../../deliver/forges/forge.ts'
import { giteaForge } from '../../deliver/forges/gitea.ts'
import { githubForge } from '../../deliver/forges/github/forge.ts'
import { importCommit } from '../../deliver/forges/github/import-commit.ts'
import { type GitHubRepository, openSession, type Session } from '../../deliver/forges/github/session.ts'
import { githubWriter } from '../../deliver/forges/github/writer.ts'
import { gitlabForge } from '../../deliver/forges/gitlab.ts'
import { type Hosted, kindOfHost } from '../../deliver/forges/kind-of-host.ts'
import { keepCommit } from '../../deliver/git/fetch.ts'
import { gitWriter } from '../../deliver/git/git-writer.ts'
import { openRemote } from '../../deliver/git/smart-http.ts'
import { stop } from '../../model/problem.ts'
import type { Host } from '../host.ts'
import { secretFrom } from '../read-settings.ts'
import { refuseSigning, signerFor } from './signing.ts'
import { githubToken, remoteToken } from './tokens.ts'

/** A forge that was opened; GitHub's session can write branches as well. */
export interface OpenedForge {
  readonly forge: Forge
  readonly session?: Session | undefined
}

async function openGitHub(repository: GitHubRepository): Promise<OpenedForge> {
  const session = await openSession(repository)
  return { forge: githubForge(session), session }
}

const publicHost = 'https://github.com'

/** The forge that holds what is pushed to. */
async function openHosted(
  host: Host,
  settings: Settings,
  { kind, url, repository }: Hosted,
): Promise<OpenedForge> {
  const variable = settings.deliver.forge?.tokenEnv
  const purpose = 'Opening a pull request'
  const token =
    variable === undefined ? remoteToken(host, settings, purpose) : () => secretFrom(host, variable, purpose)
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

/** Opens the forge that settings name, or the one behind the address that is pushed to. */
export async function openForge(host: Host, settings: Settings): Promise<OpenedForge> {
  const { github, remote, forge } = settings.deliver
  if (github !== undefined) {
    const { repository, apiUrl, paced } = github
    const token = githubToken(host, settings, 'Opening a pull request')
    const api = apiUrl === undefined ? {} : { apiUrl }
    return openGitHub({ kind: 'github', repository, token, paced, ...api })
  }
  if (remote !== undefined) return openHosted(host, settings, kindOfHost(remote.url, forge))
  throw stop('settings.missing', 'A pull request needs a forge to ask', {
    hint: 'Set deliver.github.repository or deliver.remote, or use mode commit.',
  })
}

/** What branches are written from and through. */
interface Writing {
  readonly gitdir: string
  readonly session: Session | undefined
}

/** What writes branches: pushes from the checkout where `remote` is set, else the API of GitHub. */
export function openWriter(host: Host, settings: Settings, { gitdir, session }: Writing): BranchWriter {
  const { remote, author, commits } = settings.deliver
  if (remote === undefined) {
    refuseSigning(settings)
    if (session === undefined) throw new Error('without a remote, only GitHub is written to')
    return githubWriter(session, { verified: commits.verified })
  }
  const wire = openRemote({ url: remote.url, token: remoteToken(host, settings, 'Pushing') }, http)
  const sign = signerFor(host, settings)
  return gitWriter({ fs, gitdir, cache: {} }, wire, { author, now: host.now(), sign })
}

/** What brings the files of a commit of the server here: a fetch where `remote` is set, else the API of GitHub. */
export function openImport(
  host: Host,
  settings: Settings,
  { gitdir, session, baseId }: Writing & { readonly baseId: string },
): (commit: string) => Promise<string> {
  const { remote } = settings.deliver
  const repository = { fs, gitdir, cache: {} }
  if (remote === undefined) {
    if (session === undefined) throw new Error('without a remote, only GitHub is read from')
    return (id) => importCommit(session, repository, id)
  }
  const wire = openRemote({ url: remote.url, token: remoteToken(host, settings, 'Fetching') }, http)
  return (id) => keepCommit(repository, wire, { id, base: baseId })
}
