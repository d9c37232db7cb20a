import fs from 'node:fs'
import { join } from 'node:path'
import git from 'isomorphic-git'
import http from 'isomorphic-git/http/node'
import type { Settings } from '../../config/schema.ts'
import { openRemote, type SmartHttp } from '../deliver/git/smart-http.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import type { Checkout } from './checkout.ts'
import { remoteToken } from './deliver/tokens.ts'
import type { Environment } from './host.ts'
import { requireRemote } from './require-settings.ts'

/** Commits to fetch: enough to find when a value was last changed. */
const depth = 200
/** Every fetch adds a pack. The mirror is created again when it has more packs than this. */
const mostPacks = 100

/**
 * Fetches the head of the base branch into a bare clone in the state directory. Throws `settings.missing` without a remote or
 * base, `git.remote` when the fetch fails, and `git.missing` when the server has no such branch.
 */
export async function refreshMirror(
  host: Environment,
  settings: Settings,
  directory: string,
): Promise<Checkout> {
  requireRemote(settings)
  const { base } = settings.deliver
  const wire = openFetchRemote(host, settings)
  if (wire === undefined || base === undefined) {
    throw stop('settings.missing', 'A run without a checkout needs deliver.remote.url and deliver.base', {
      hint: 'Set the repository and the branch that is deployed, or name a checkout with --repo DIR.',
    })
  }
  const gitdir = join(directory, 'mirror.git')
  const known = await isUsable(gitdir)
  if (!known) {
    await fs.promises.rm(gitdir, { recursive: true, force: true })
    await git.init({ fs, gitdir, bare: true, defaultBranch: base })
  }
  await git.addRemote({ fs, gitdir, remote: 'origin', url: wire.url, force: true })
  const { fetchHead } = await git
    .fetch({
      fs,
      http: wire.http,
      gitdir,
      remote: 'origin',
      ref: base,
      singleBranch: true,
      tags: false,
      depth,
      headers: await wire.headers(),
    })
    .catch((cause: unknown) => {
      if (cause instanceof ExpectedStop) throw cause
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
      throw stop('git.remote', `The branch ${base} cannot be fetched (${code})`, {
        place: wire.place,
        hint: 'Check the URL, the branch, the network, and that the token can read the repository.',
        cause,
      })
    })
  if (fetchHead === null) throw stop('git.missing', `The server has no branch ${base}`, { place: wire.place })
  await git.writeRef({ fs, gitdir, ref: `refs/heads/${base}`, value: fetchHead, force: true })
  return { root: directory, gitdir }
}

/** Opens the remote of settings for fetches, with the token that settings name where there is one; `undefined` without a remote. */
export function openFetchRemote(
  host: Environment,
  { deliver }: Pick<Settings, 'deliver'>,
): SmartHttp | undefined {
  const { remote, github } = deliver
  if (remote === undefined) return undefined
  const mayLogIn = host.env[remote.tokenEnv] || github?.app
  const token = mayLogIn ? { token: remoteToken(host, deliver, 'Fetching') } : {}
  return openRemote({ url: remote.url, ...token }, http)
}

async function isUsable(gitdir: string): Promise<boolean> {
  const packs = await fs.promises.readdir(join(gitdir, 'objects/pack')).catch(() => undefined)
  return fs.existsSync(join(gitdir, 'HEAD')) && (packs?.length ?? 0) < 2 * mostPacks
}
