import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { giteaProgram } from '../lab/gitea/parts.mjs'
import { startGitea } from '../lab/gitea-server.ts'
import type { GitHubLab } from '../lab/github-state.ts'
import { type GitLabServer, startGitLabServer } from '../lab/gitlab-server.ts'
import { tortoise } from './program.ts'
import { beginPulls, type Load, manifestOf, type PullStory, pathOf } from './pull-story.ts'

const api = { name: 'api', asks: 500, uses: 100 }
const branch = 'tortoise/right-size-prod'
let story: PullStory
let gitlab: GitLabServer | undefined
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tortoise-forges-'))
})
afterEach(async () => {
  await story.close()
  await gitlab?.close()
  gitlab = undefined
  rmSync(root, { recursive: true, force: true })
})

/** Begins a story with other settings in the place of `github`. */
async function begin(
  lab: Partial<GitHubLab>,
  settings: (story: PullStory) => Promise<string> | string,
  load: Load = api,
) {
  story = await beginPulls({ loads: [load], lab })
  const { args } = story.command()
  const file = args[args.indexOf('--settings') + 1] ?? ''
  const lines = await settings(story)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}github: .*$/m, lines))
}

const run = async (env: Readonly<Record<string, string>>) => {
  const ended = await tortoise(story.command().args, { env })
  return { ...ended, delivery: ended.status === 0 ? JSON.parse(ended.stdout).delivery : undefined }
}
const onGitLab = async ({ bare }: PullStory): Promise<string> => {
  gitlab = await startGitLabServer({ gitdir: bare, members: { ada: 40 } })
  return `  remote: { url: "${gitlab.url}/${gitlab.project}.git" }\n  forge: { kind: gitlab }`
}
const cpu = () => /cpu: (\S+)/.exec(story.git('show', `${branch}:${pathOf(api)}`))?.[1]

/** Begins a story whose commits go to main itself, through the API. */
const beginDirect = (lab: Partial<GitHubLab> = {}, more = '') =>
  begin(lab, ({ server }) =>
    [
      `  github: { repository: ${server.repository}, apiUrl: "${server.url}", paced: false }`,
      `  commits: { verified: true }${more}`,
    ].join('\n'),
  )
const direct = async () => {
  const { args } = story.command()
  const file = args[args.indexOf('--settings') + 1] ?? ''
  writeFileSync(file, readFileSync(file, 'utf8').replace('mode: pull-request', 'mode: direct'))
  return run({ GITHUB_TOKEN: story.server.token })
}
const cpuOnMain = () => /cpu: (\S+)/.exec(story.git('show', `main:${pathOf(api)}`))?.[1]

describe('a direct commit', () => {
  it.each(['app', 'person'] as const)(
    'is made on main by the API and signed by GitHub: token of %s',
    async (tokenOf) => {
      await beginDirect({ tokenOf })
      const base = story.git('rev-parse', 'main')
      const { delivery } = await direct()
      expect(delivery).toMatchObject({
        mode: 'commit',
        branch: 'main',
        created: true,
        commit: story.git('rev-parse', 'main'),
      })
      expect([story.git('rev-parse', 'main^'), cpuOnMain()]).toEqual([base, '250m'])
      expect(story.server.state.signed.has(story.git('rev-parse', 'main'))).toBe(true)
      expect(story.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads')).toBe('main')
      expect((await direct()).delivery).toBeNull()
    },
  )

  it('is never forced: a person who was faster wins, and it is proved again on theirs', async () => {
    let theirs = ''
    await beginDirect({
      before: ({ path }) => {
        if (path.endsWith('/git/commits') && theirs === '') theirs = story.commit({ 'notes.md': 'x' })
        return undefined
      },
    })
    const { delivery, stderr } = await direct()
    expect(stderr).toContain('the run plans again')
    expect(delivery).toMatchObject({ created: true })
    expect(story.git('rev-parse', 'main^')).toBe(theirs)
  })

  it('that a person reverted is not made again', async () => {
    await beginDirect()
    await direct()
    story.commit({ [pathOf(api)]: manifestOf(api) }, 'back')
    expect((await direct()).delivery).toBeNull()
    expect(cpuOnMain()).toBe('500m')
  })
})

describe('the program', () => {
  it('keeps a merge request and the dashboard on GitLab', async () => {
    await begin(
      {},
      async (begun) => `${await onGitLab(begun)}\n  pullRequests: { dashboard: true, checks: true }`,
    )
    const env = { TORTOISE_GIT_TOKEN: gitlab?.token ?? '' }
    expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'opened', number: 1, branch }])
    expect(cpu()).toBe('250m')
    expect(gitlab?.mergeRequests).toMatchObject([
      { state: 'opened', source_branch: branch, target_branch: 'main' },
    ])
    expect(gitlab?.issues).toHaveLength(1)
    const before = gitlab?.requests.filter((line) => !line.startsWith('GET')).length
    expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'unchanged', number: 1 }])
    expect(gitlab?.requests.filter((line) => !line.startsWith('GET'))).toHaveLength(before ?? 0)
  })

  it.skipIf(giteaProgram() === undefined)(
    `keeps a pull request on a real Gitea${giteaProgram() === undefined ? ' (not built, see npm run lab:gitea)' : ''}`,
    async () => {
      const server = await startGitea(giteaProgram() ?? '', root)
      try {
        await begin({}, async (begun) => {
          const push = (origin: string) => begun.git('push', '--quiet', origin, 'main')
          const { repository } = await server.host('gitops', push)
          return `  remote: { url: "${server.url}/${repository}.git" }\n  forge: { kind: gitea }\n  pullRequests: { dashboard: true, checks: true, labels: [resources] }`
        })
        const env = { TORTOISE_GIT_TOKEN: server.token }
        expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'opened', branch }])
        expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'unchanged' }])
        const file = z
          .object({ content: z.string() })
          .parse(await server.ask('GET', `/repos/ada/gitops/contents/${pathOf(api)}?ref=${branch}`))
        expect(Buffer.from(file.content, 'base64').toString()).toContain('cpu: 250m')
      } finally {
        await server.close()
      }
    },
  )

  it.skipIf(giteaProgram() === undefined)(
    `takes back on a real Gitea what did harm, and says so once on the merged pull request${giteaProgram() === undefined ? ' (not built, see npm run lab:gitea)' : ''}`,
    async () => {
      const server = await startGitea(giteaProgram() ?? '', root)
      const db = { name: 'api', asks: 120, uses: 100, memory: 1024, usesMemory: 200 }
      let remote = ''
      try {
        await begin(
          {},
          async (begun) => {
            const push = (origin: string) => {
              remote = origin
              begun.git('push', '--quiet', origin, 'main')
            }
            const { repository } = await server.host('gitops', push)
            return `  remote: { url: "${server.url}/${repository}.git" }\n  forge: { kind: gitea }`
          },
          db,
        )
        const env = { TORTOISE_GIT_TOKEN: server.token }
        expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'opened', number: 1 }])
        await server.ask('POST', '/repos/ada/gitops/pulls/1/merge', { Do: 'squash' })
        story.git('fetch', '--quiet', remote, '+main:main')
        story.see([{ ...db, killed: 0.3, usesMemory: 300 }])
        const [pull] = (await run(env)).delivery?.pulls ?? []
        expect(pull).toMatchObject({ action: 'opened', scope: 'take back prod shop Deployment/api' })
        expect((await run(env)).delivery?.pulls).toMatchObject([{ action: 'unchanged' }])
        const comments = z
          .array(z.object({ body: z.string() }))
          .parse(await server.ask('GET', '/repos/ada/gitops/issues/1/comments'))
        expect(comments.map(({ body }) => body)).toEqual([
          expect.stringMatching(/^\*\*These values did harm\.\*\*/),
        ])
      } finally {
        await server.close()
      }
    },
    120_000,
  )

  it('signs what it pushes, with a key from the environment', async () => {
    const key = join(root, 'key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    await begin({}, async (begun) => `${await onGitLab(begun)}\n  commits: { verified: true, signing: {} }`)
    const env = { TORTOISE_GIT_TOKEN: gitlab?.token ?? '' }
    const unsigned = await run(env)
    expect(unsigned).toMatchObject({ status: 2, stderr: expect.stringContaining('TORTOISE_SIGNING_KEY') })
    const ended = await run({ ...env, TORTOISE_SIGNING_KEY: readFileSync(key, 'utf8') })
    expect(ended.delivery?.pulls).toMatchObject([{ action: 'opened' }])
    const signers = join(root, 'signers')
    writeFileSync(signers, `gitops-tortoise@users.noreply.github.com ${readFileSync(`${key}.pub`, 'utf8')}`)
    const trust = ['-c', `gpg.ssh.allowedSignersFile=${signers}`]
    expect(story.git(...trust, 'log', '-1', '--format=%G?', branch)).toBe('G')
  })

  it('logs in as a GitHub App, and renews its token', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const key = join(root, 'app.pem')
    writeFileSync(key, privateKey)
    await begin(
      { app: { id: 7, publicKey, installation: 3, life: 5 } },
      ({ server }) =>
        `  github: { repository: ${server.repository}, apiUrl: "${server.url}", paced: false, app: { id: 7, keyFile: "${key}" } }`,
    )
    expect((await run({})).delivery?.pulls).toMatchObject([{ action: 'opened', number: 1 }])
    const tokens = story.server.requests.filter(({ path }) => path.endsWith('/access_tokens'))
    expect(tokens.length).toBeGreaterThan(1)
  })

  it('refuses a key where nothing is pushed', async () => {
    await begin({}, ({ server }) =>
      [
        `  github: { repository: ${server.repository}, apiUrl: "${server.url}" }`,
        '  commits: { signing: {} }',
      ].join('\n'),
    )
    expect(await run({ GITHUB_TOKEN: story.server.token })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nothing is pushed'),
    })
  })
})
