import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { z } from 'zod'
import type { Forge } from '../../../../plugin/deliver/forges/forge.ts'
import { giteaForge } from '../../../../plugin/deliver/forges/gitea/forge.ts'
import { gitlabForge } from '../../../../plugin/deliver/forges/gitlab/forge.ts'
import { giteaProgram, giteaVersion } from '../../../lab/gitea/parts.mjs'
import { type GiteaServer, startGitea } from '../../../lab/gitea-server.ts'
import { startGitLabServer } from '../../../lab/gitlab-server.ts'
import { type Checkout, git } from '../lab.ts'

/** Long before every pull request of these tests. */
export const since = new Date('2020-01-01T00:00:00Z')

/** The branch of our pull request. */
export const branch = 'tortoise/right-size'

/** A forge of the lab, and the actions of its users. */
export interface Ground {
  readonly forge: Forge
  /** URL that commits are pushed to. */
  readonly remote: string
  readonly token: string
  readonly say: (pull: number, login: string, body: string) => Promise<unknown>
  readonly merge: (pull: number) => Promise<unknown>
  /** Changes a pull request as a user: `eve` may change it, but not push. */
  readonly change: (pull: number, login: 'ada' | 'eve', patch: Patch) => Promise<unknown>
  /** Opens a pull request from a fork of `eve` whose branch is named like ours, and closes it. */
  readonly fromFork: (body: string) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** What a user changes. */
interface Patch {
  readonly label?: string
  readonly state?: 'open' | 'closed'
  readonly body?: string
}

async function gitlab({ bare }: Checkout): Promise<Ground> {
  const server = await startGitLabServer({ gitdir: bare, members: { ada: 40, eve: 20 } })
  const { url, token, project: repository } = server
  return {
    forge: await gitlabForge({ url, repository, token: () => token }),
    remote: `${url}/${repository}.git`,
    token,
    say: async (pull, login, body) => server.say(pull, login, body),
    merge: async (pull) => server.merge(pull),
    change: async (pull, login, { label, state, body }) =>
      server.change(pull, login, {
        ...(label === undefined ? {} : { add_labels: label }),
        ...(state === undefined ? {} : { state_event: state === 'open' ? 'reopen' : 'close' }),
        ...(body === undefined ? {} : { description: body }),
      }),
    fromFork: async (body) => server.fork('eve', branch, body),
    close: server.close,
  }
}

let real: Promise<GiteaServer> | undefined
let repositories = 0
const home = fs.mkdtempSync(join(tmpdir(), 'gitea-'))
afterAll(async () => {
  await (await real)?.close()
  fs.rmSync(home, { recursive: true, force: true })
})

async function gitea({ dir }: Checkout): Promise<Ground> {
  real ??= startGitea(giteaProgram() ?? '', home)
  const server = await real
  repositories += 1
  const { repository } = await server.host(`gitops-${repositories}`, (origin) => {
    git(dir, ['remote', 'set-url', 'origin', origin])
    git(dir, ['push', '--quiet', 'origin', 'main'])
  })
  const { url, token } = server
  const at = `/repos/${repository}`
  return {
    forge: await giteaForge({ url, repository, token: () => token }),
    remote: `${url}/${repository}.git`,
    token,
    say: (pull, login, body) => server.ask('POST', `${at}/issues/${pull}/comments`, { body }, login),
    merge: (pull) => server.ask('POST', `${at}/pulls/${pull}/merge`, { Do: 'squash' }),
    change: (pull, login, patch) => changeOnGitea(server, `${at}/${pull}`, login, patch),
    fromFork: async (body) => {
      const fork = z
        .object({ full_name: z.string() })
        .parse(await server.ask('POST', `${at}/forks`, {}, 'eve'))
      const file = { content: 'eA==', message: 'x', branch }
      await server.ask('POST', `/repos/${fork.full_name}/contents/forged.txt`, file, 'eve')
      const draft = { head: `eve:${branch}`, base: 'main', title: 'x', body }
      const made = z
        .object({ number: z.number() })
        .parse(await server.ask('POST', `${at}/pulls`, draft, 'eve'))
      await server.ask('PATCH', `${at}/pulls/${made.number}`, { state: 'closed' }, 'eve')
    },
    close: async () => undefined,
  }
}

/**
 * Changes a pull request as a user. Gitea lets nobody change one who cannot push, so `eve` may push until she has done it:
 * access counts as it is when a run reads the pull request.
 */
async function changeOnGitea(server: GiteaServer, place: string, login: string, { label, ...patch }: Patch) {
  const [, at = '', pull = ''] = /^(.*)\/(\d+)$/.exec(place) ?? []
  const access = (permission: string) =>
    login === 'ada' ? undefined : server.ask('PUT', `${at}/collaborators/${login}`, { permission })
  await access('write')
  if (label !== undefined) {
    const made = await server.ask('POST', `${at}/labels`, { name: label, color: '#112233' })
    const { id } = z.object({ id: z.number() }).parse(made)
    await server.ask('POST', `${at}/issues/${pull}/labels`, { labels: [id] }, login)
  }
  if (Object.keys(patch).length > 0) await server.ask('PATCH', `${at}/pulls/${pull}`, patch, login)
  await access('read')
}

/** The forges of the lab, and whether one is missing. */
export const forges = [
  { name: 'GitLab', open: gitlab, missing: false },
  { name: `a real Gitea ${giteaVersion}`, open: gitea, missing: giteaProgram() === undefined },
]
