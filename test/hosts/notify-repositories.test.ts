import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../plugin/report/digest/schema.ts'
import { sentIn } from '../../plugin/run/notify/sent-record.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import { type Files, plainManifests } from '../lab/layouts.ts'
import { startWebhookServer, type WebhookServer } from '../lab/webhook-server.ts'
import { openRepositories, type RepositoriesGround } from './repositories-ground.ts'

/** The files of one environment, with settings that report. */
const filesOf = (stage: 'prod' | 'staging'): Files => ({
  ...Object.fromEntries(Object.entries(plainManifests.files).filter(([path]) => path.includes(`/${stage}/`))),
  'tortoise.yaml': JSON.stringify({
    clusters: [{ name: stage }],
    sources: ['api', 'web'].map((name) => ({
      path: `services/${name}/${stage}`,
      cluster: stage,
      namespace: 'plain',
    })),
    deliver: { mode: 'direct' },
    // A repository names no server that gets anything.
    notify: { targets: [{ name: 'evil', type: 'webhook', urlEnv: 'EVIL_URL' }] },
  }),
})

describe('the weekly summary of several repositories', () => {
  let ground: RepositoriesGround
  let github: GitHubServer
  let chat: WebhookServer
  let evil: WebhookServer
  let operator = ''
  beforeAll(async () => {
    ground = await openRepositories()
    ground.publish('acme/plain', { main: filesOf('prod'), staging: filesOf('staging') })
    ground.publish('acme/ops', { main: { 'README.md': 'the dashboard\n' } })
    github = await startGitHubServer({ gitdir: ground.bare('acme/ops'), repository: 'acme/ops' })
    chat = await startWebhookServer()
    evil = await startWebhookServer()
    writeFileSync(join(ground.root, 'url'), `${chat.url}\n`)
    const deployed = plainManifests.deployed.map((one) => ({ ...one, namespace: 'plain' }))
    writeFileSync(join(ground.root, 'snapshot.json'), snapshotFor(deployed))
    const url = ground.address('acme/plain')
    operator = ground.operator({
      repositories: ['main', 'staging', 'gone'].map((branch) => ({ url, branch })),
      dashboard: { github: { repository: 'acme/ops', apiUrl: github.url, paced: false } },
      // Relative to the file of operator settings.
      notify: { targets: [{ name: 'platform', type: 'webhook', urlFile: 'url' }] },
    })
  })
  afterAll(async () => {
    await Promise.all([ground.close(), github.close(), chat.close(), evil.close()])
  })

  const run = () =>
    ground.run(['run', '--snapshot', join(ground.root, 'snapshot.json')], operator, {
      GITHUB_TOKEN: github.token,
      EVIL_URL: evil.url,
    })

  it('is one message about all of them, recorded in the dashboard of all', async () => {
    const first = await run()
    expect(first.stderr, first.stdout).toContain('1 of the 3 repositories failed.')
    expect(chat.got, first.stderr).toHaveLength(1)
    const digest = chat.got[0]?.body as Digest
    expect(digest.failed).toMatchObject([{ branch: 'gone' }])
    expect(digest.proposed.values).toBeGreaterThan(0)
    const [issue] = github.state.issues
    expect(sentIn(issue?.body)?.targets).toEqual(['platform'])
    await run()
    expect(chat.got).toHaveLength(1)
    expect(sentIn(github.state.issues[0]?.body)?.targets).toEqual(['platform'])
    expect(evil.got).toEqual([])
  })
})
