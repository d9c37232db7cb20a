import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sentIn } from '../../plugin/run/notify/sent-record.ts'
import { startWebhookServer, type WebhookServer } from '../lab/webhook-server.ts'
import { demoCheckout, demoFiles, read, tortoise } from './program.ts'
import { beginPulls, type PullStory } from './pull-story.ts'

let server: WebhookServer
let story: PullStory | undefined
beforeEach(async () => {
  server = await startWebhookServer()
})
afterEach(async () => {
  await story?.close()
  await server.close()
})

const loads = [
  { name: 'api', asks: 500, uses: 100 },
  { name: 'web', asks: 500, uses: 100 },
]
const notify =
  'notify:\n  targets:\n    - { name: team, type: webhook, urlEnv: TEAM_URL, tokenEnv: TEAM_TOKEN }'
const begin = (pullRequests: string): Promise<PullStory> =>
  beginPulls({ loads, settings: notify, deliver: `  pullRequests: { ${pullRequests} }` })

/** Runs the program with the variables that the target names, in place of `run` where another command is named. */
function start(one: PullStory, command = 'run', ...more: readonly string[]) {
  const { args, env } = one.command()
  const [, ...flags] = args
  const given = command === 'run' ? flags : flags.filter((flag) => flag !== '--output' && flag !== 'json')
  return tortoise([command, ...given, ...more], {
    env: { ...env, TEAM_URL: `${server.url}/x`, TEAM_TOKEN: 't0ken-of-team' },
  })
}

describe('the weekly summary of a run', () => {
  it('is sent once, is recorded in the dashboard, and says what waits for whom', async () => {
    story = await begin('grouping: workload, dashboard: true')
    const first = await start(story)
    expect(first, first.stderr).toMatchObject({ status: 0 })
    expect(server.got).toHaveLength(1)
    expect(server.got[0]).toMatchObject({
      authorization: 'Bearer t0ken-of-team',
      body: {
        kind: 'TortoiseDigest',
        waiting: [
          { scope: 'prod shop Deployment/api', days: 0, values: 1, isBlocked: false },
          { scope: 'prod shop Deployment/web', days: 0, values: 1 },
        ],
        merged: [],
        proposed: { values: 2, workloads: 2 },
        currency: 'USD',
      },
    })
    const issue = (): string => story?.server.state.issues[0]?.body ?? ''
    expect(sentIn(issue())?.targets).toEqual(['team'])
    // A repeated job, and a run that changes the dashboard.
    await start(story)
    story.see([{ name: 'api', asks: 500, uses: 20 }, ...loads.slice(1)])
    const third = await start(story)
    expect(third, third.stderr).toMatchObject({ status: 0 })
    expect(server.got).toHaveLength(1)
    expect(sentIn(issue())?.targets).toEqual(['team'])
    expect(issue()).toContain('<!-- tortoise:dashboard -->')
  })

  it('is a warning where it fails, and is sent by the next run', async () => {
    story = await begin('dashboard: true')
    server.answer = { status: 403 }
    const failed = await start(story)
    expect(failed).toMatchObject({ status: 0 })
    expect(failed.stderr).toMatch(
      /warning: the summary was not sent to team: 127\.0\.0\.1:\d+ answers HTTP 403/,
    )
    server.answer = { status: 200 }
    await start(story)
    await start(story)
    expect(server.got).toHaveLength(2)
  })

  it('is not sent where nothing records it', async () => {
    story = await begin('dashboard: false')
    const { status, stderr } = await start(story)
    expect(status, stderr).toBe(0)
    expect(stderr).toContain(
      'the summary was not sent, because nothing would record it: deliver.pullRequests.dashboard is not set. Set deliver.pullRequests.dashboard: true,',
    )
    expect(server.got).toEqual([])
  })

  it('is sent by a daemon that only reports, which records it in its state directory', async () => {
    const { directory, remove } = demoCheckout()
    // Outside the checkout: no repository may set where summaries go.
    const outside = mkdtempSync(join(tmpdir(), 'tortoise-serve-'))
    const [settings, state] = [join(outside, 'serve.yaml'), join(outside, 'state')]
    const own = read(directory, 'tortoise.yaml').replace(/^deliver:\n(?: .*\n)*/m, '')
    writeFileSync(
      settings,
      `${own}\n${notify}\ndeliver: { mode: report }\nserve: { schedules: [{ cron: "0 3 * * *" }] }\n`,
    )
    const files = ['--settings', settings, '--snapshot', join(demoFiles, 'snapshot.json'), '--state', state]
    const serve = () =>
      tortoise(['serve', '--once', '--repo', directory, ...files], {
        env: { TEAM_URL: `${server.url}/x`, TEAM_TOKEN: 't0ken-of-team' },
      })
    try {
      const first = await serve()
      expect(first.stderr).toContain('the first one is sent in the week after')
      expect(server.got).toEqual([])
      const record = join(state, 'notified.json')
      writeFileSync(record, read(record).replace(/\d{4}-\d{2}-\d{2}/, '2026-01-05'))
      const second = await serve()
      expect(second, second.stderr).toMatchObject({ status: 0 })
      expect(server.got).toHaveLength(1)
      expect(server.got[0]).toMatchObject({ body: { kind: 'TortoiseDigest', waiting: [] } })
    } finally {
      remove()
      rmSync(outside, { recursive: true })
    }
  })

  it('can be printed before, and sent by a command that delivers nothing', async () => {
    story = await begin('dashboard: true')
    const preview = await start(story, 'notify', '--dry-run')
    expect(preview, preview.stderr).toMatchObject({ status: 0 })
    expect(JSON.parse(preview.stdout)).toMatchObject({ team: { kind: 'TortoiseDigest', waiting: [] } })
    expect(preview.stderr).toContain('would not be sent, because there is no dashboard issue yet')
    const early = await start(story, 'notify')
    expect(early, early.stdout).toMatchObject({ status: 1 })
    expect(early.stderr).toMatch(/there is no dashboard issue/)
    expect(server.got).toEqual([])
    expect(story.server.state.pulls).toEqual(expect.objectContaining({ all: [] }))
  })

  it('can be sent as a test, which is not recorded, to one target that the settings have', async () => {
    story = await begin('dashboard: true')
    const unknown = await start(story, 'notify', '--test', 'nobody')
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('The targets are: team.') })
    const test = await start(story, 'notify', '--test', 'team')
    expect(test, test.stderr).toMatchObject({ status: 0, stdout: 'Sent the summary to team.\n' })
    expect(server.got).toHaveLength(1)
    const due = await start(story)
    expect(due, due.stderr).toMatchObject({ status: 0 })
    expect(server.got).toHaveLength(2)
    const preview = await start(story, 'notify', '--dry-run')
    expect(preview.stderr).toMatch(/would not be sent to team, which got that of the week \d{4}-\d\d-\d\d\n$/)
    server.answer = { status: 403 }
    expect(await start(story, 'notify', '--test', 'team')).toMatchObject({ status: 1 })
  })

  it('is checked by the doctor, who names what is missing and no part of the URL', async () => {
    story = await begin('dashboard: false')
    const { args, env } = story.command()
    const doctor = (more: Readonly<Record<string, string>>) =>
      tortoise(['doctor', ...args.slice(1, 5), '-o', 'json'], { env: { ...env, ...more } })
    const checks = (stdout: string) =>
      (JSON.parse(stdout) as { checks: { message: string; level: string }[] }).checks
        .filter(({ message }) => /summary/.test(message))
        .map(({ level, message }) => [level, message])
    const without = await doctor({})
    expect(checks(without.stdout)[0]).toEqual(['error', expect.stringContaining('TEAM_URL, which is empty')])
    expect(without.stdout).toContain('Set TEAM_URL, or name another variable with urlEnv.')
    const complete = await doctor({ TEAM_URL: server.url, TEAM_TOKEN: 't0ken-of-team' })
    expect(checks(complete.stdout)).toEqual([
      ['ok', `The weekly summary goes to team (127.0.0.1:${server.port})`],
      ['warning', expect.stringContaining('nothing else records it')],
    ])
    expect(complete.stdout).not.toMatch(/secret-path|t0ken/)
  })
})
