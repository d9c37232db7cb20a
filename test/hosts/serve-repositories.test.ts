import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { count, type Ground, openGround } from './daemon.ts'
import { demoFiles, git, tortoise } from './program.ts'

let ground: Ground
let server: GitServer
const file = (): string => join(ground.root, 'operator.yaml')
const url = (): string => `${server.url}/shop.git`

beforeAll(async () => {
  ground = openGround()
  server = await startGitServer(ground.root)
  for (const [cluster, branch] of [
    ['prod', 'main'],
    ['staging', 'staging'],
  ] as const) {
    const settings = {
      sources: [{ path: `apps/overlays/${cluster}`, cluster, namespace: 'shop' }],
      clusters: [{ name: cluster }],
      deliver: { mode: 'commit' },
    }
    git(ground.person, 'checkout', '--quiet', '-B', branch, 'origin/main')
    writeFileSync(join(ground.person, 'tortoise.yaml'), JSON.stringify(settings))
    git(ground.person, 'add', '--all')
    git(ground.person, 'commit', '--quiet', `--message=settings of ${branch}`)
    git(ground.person, 'push', '--quiet', 'origin', branch)
  }
})
afterAll(async () => {
  await server.close()
  ground.close()
})

const operate = (branches: readonly string[], cron = '* * * * * *'): void =>
  writeFileSync(
    file(),
    JSON.stringify({
      repositories: branches.map((branch) => ({ url: url(), branch })),
      serve: { schedules: [{ name: 'all', cron }], jitterSeconds: 0, shutdownSeconds: 90 },
    }),
  )

describe('serve on several repositories', () => {
  it('runs all of them on the schedules of the operator, with figures and a report of each', async () => {
    const { serve, until } = ground
    operate(['main', 'staging', 'gone'])
    const daemon = serve('state-several', file(), { several: true })
    await until('two runs', () => count(daemon.log, 'run finished') >= 4)
    const metrics = await (await daemon.get('/metrics')).text()
    const labels = (branch: string): string => `{schedule="all",repository="${url()}",branch="${branch}"`
    for (const branch of ['main', 'staging']) {
      expect(metrics).toContain(`tortoise_commits_total${labels(branch)}} 1\n`)
      expect(metrics).toMatch(new RegExp(`^tortoise_changes.*branch="${branch}"} [1-9]`, 'm'))
    }
    expect(metrics).toContain(`tortoise_runs_total${labels('gone')},result="failed"}`)
    const page = await (await daemon.get('/')).text()
    expect(page).toContain(`<td>${url()} (staging)</td><td>`)
    expect(page).toContain('The branch gone cannot be fetched')
    const { all } = (await (await daemon.get('/report.json')).json()) as {
      readonly all: { readonly repositories: readonly { readonly branch: string }[] }
    }
    expect(all.repositories.map(({ branch }) => branch)).toEqual(['main', 'staging', 'gone'])
    expect(git(ground.bare, 'rev-list', '--count', 'main..tortoise/right-size').trim()).toBe('1')
    expect(git(ground.bare, 'rev-list', '--count', 'staging..tortoise/right-size-staging').trim()).toBe('1')

    operate(['main'])
    await until('a run on one', () => count(daemon.log, 'settings reloaded') > 0)
    const before = count(daemon.log, 'run finished')
    await until('further runs', () => count(daemon.log, 'run finished') > before + 2)
    expect(await (await daemon.get('/metrics')).text()).not.toContain(`tortoise_changes${labels('staging')}`)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })

  it('runs each schedule once for a CronJob, and ends with 1 where a repository failed', async () => {
    operate(['main', 'gone'])
    const state = join(ground.root, 'state-once')
    mkdirSync(state)
    const snapshot = join(demoFiles, 'snapshot.json')
    const args = ['serve', '--once', '--repositories', '--operator-settings', file(), '--state', state]
    const ended = await tortoise([...args, '--snapshot', snapshot], {
      env: { TORTOISE_GIT_TOKEN: server.token },
    })
    expect(ended).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('1 of the 2 repositories failed.'),
    })
    expect(ended.stdout).toContain(`${url()} (main)\n`)
  })

  it('takes no checkout beside', async () => {
    const ended = await tortoise(['serve', '--repositories', '--repo', ground.person], {})
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Leave out --repo and --settings'),
    })
  })
})
