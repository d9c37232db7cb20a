import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NotifySettings, notifySchema } from '../../../../config/notify.ts'
import type { ProgressEvent } from '../../../../plugin/model/progress.ts'
import { markdown } from '../../../../plugin/model/text/markdown.ts'
import { makeDigest } from '../../../../plugin/run/notify/make-digest.ts'
import { sendDue } from '../../../../plugin/run/notify/send.ts'
import {
  fileRecord,
  type Sent,
  type SentRecord,
  sentIn,
  withSent,
} from '../../../../plugin/run/notify/sent-record.ts'
import { weekOf } from '../../../../plugin/run/notify/week.ts'
import { startProxy } from '../../../lab/proxy.ts'
import { startWebhookServer, type WebhookServer } from '../../../lab/webhook-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'tortoise-notify-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let server: WebhookServer
let now = new Date('2026-03-04T12:00:00Z')
beforeEach(async () => {
  server = await startWebhookServer()
  now = new Date('2026-03-04T12:00:00Z')
})
afterEach(() => server.close())

const events: ProgressEvent[] = []
const warnings = () => events.flatMap((one) => (one.kind === 'warning' ? [one.message] : []))
const ports = (env: Readonly<Record<string, string>>) => {
  events.length = 0
  return { cwd: directory, env, progress: (one: ProgressEvent) => void events.push(one), now: () => now }
}
const settingsOf = (...targets: readonly object[]): NotifySettings => notifySchema.parse({ targets })
const slack = { name: 'team', type: 'slack', urlEnv: 'SLACK_URL' }

function memory(first?: Sent): SentRecord & { readonly written: Sent[] } {
  const written: Sent[] = first === undefined ? [] : [first]
  return {
    written,
    canBeLost: false,
    read: async () => written.at(-1),
    write: async (sent) => void written.push(sent),
  }
}

const digest = (week: string) => makeDigest({ parts: [], failed: [], week, now })
const send = (settings: NotifySettings, record: SentRecord, env: Readonly<Record<string, string>> = {}) =>
  sendDue(ports({ SLACK_URL: server.url, ...env }), { settings, record, digest })

describe('the summary of a week', () => {
  it('is sent once, whatever runs again, and again in the next week', async () => {
    const record = memory()
    expect(await send(settingsOf(slack), record)).toEqual([{ target: 'team', result: 'sent' }])
    expect(await send(settingsOf(slack), record)).toEqual([])
    now = new Date('2026-03-08T23:59:00Z')
    expect(await send(settingsOf(slack), record)).toEqual([])
    expect(server.got).toHaveLength(1)
    now = new Date('2026-03-09T00:01:00Z')
    expect(await send(settingsOf(slack), record)).toEqual([{ target: 'team', result: 'sent' }])
    expect(server.got.map(({ path }) => path)).toEqual(Array(2).fill('/services/T0/B0/a-secret-path'))
    expect(server.got[1]?.body).toMatchObject({ text: expect.stringContaining('week of 2026-03-09') })
  })

  it('is recorded before it is sent: what is interrupted after that is not sent again', async () => {
    const record = memory()
    server.answer = 'hang'
    expect(await send(settingsOf(slack), record)).toEqual([{ target: 'team', result: 'failed' }])
    server.answer = { status: 503 }
    expect(await send(settingsOf(slack), record)).toEqual([])
    expect(server.got).toHaveLength(1)
  })

  it('is sent by the next run where the server refused it, and to that target alone', async () => {
    const record = memory()
    const hook = { name: 'hook', type: 'webhook', urlEnv: 'HOOK_URL', tokenEnv: 'HOOK_TOKEN' }
    const env = { HOOK_URL: 'http://127.0.0.1:1/none', HOOK_TOKEN: 't0ken-of-hook' }
    expect(await send(settingsOf(slack, hook), record, env)).toEqual([
      { target: 'team', result: 'sent' },
      { target: 'hook', result: 'failed' },
    ])
    expect(warnings()).toEqual(['the summary was not sent to hook: the server refuses connections'])
    const again = { ...env, HOOK_URL: `http://127.0.0.1:${server.port}/hook` }
    expect(await send(settingsOf(slack, hook), record, again)).toEqual([{ target: 'hook', result: 'sent' }])
    expect(server.got.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/services/T0/B0/a-secret-path', undefined],
      ['/hook', 'Bearer t0ken-of-hook'],
    ])
    expect(server.got[1]?.body).toMatchObject({ kind: 'TortoiseDigest', version: 1 })
  })

  it.each([
    [{ status: 404 }, /answers HTTP 404$/],
    [{ status: 302, location: 'http://127.0.0.1:1/elsewhere' }, /redirects a request that sends data$/],
  ])('is not sent where the answer is %j, and the warning names no part of the URL', async (answer, says) => {
    server.answer = answer
    const record = memory()
    expect(await send(settingsOf(slack), record)).toEqual([{ target: 'team', result: 'failed' }])
    expect(warnings()[0]).toMatch(says)
    expect(warnings().join('')).not.toContain('secret-path')
    expect(record.written.at(-1)?.targets).toEqual([])
  })

  it('stays recorded where the answer is lost, also of a host whose name is that of a failure', async () => {
    const proxy = await startProxy({ 'proxy.example': server.port })
    server.answer = { status: 503 }
    const record = memory()
    const env = { SLACK_URL: 'http://proxy.example/services/x', HTTP_PROXY: proxy.url }
    expect(await send(settingsOf(slack), record, env)).toEqual([{ target: 'team', result: 'failed' }])
    expect(warnings()).toEqual(['the summary was not sent to team: proxy.example answers HTTP 503'])
    expect(record.written.at(-1)?.targets).toEqual(['team'])
    await proxy.close()
  })

  it('goes through the proxy of the environment, to the host of the URL alone', async () => {
    const proxy = await startProxy({ 'hooks.slack.example': server.port })
    const env = { SLACK_URL: 'http://hooks.slack.example/services/x', HTTP_PROXY: proxy.url }
    expect(await send(settingsOf(slack), memory(), env)).toEqual([{ target: 'team', result: 'sent' }])
    expect(proxy.asked).toEqual(['POST hooks.slack.example'])
    await proxy.close()
  })

  it('needs the URL, from the environment or from a file', async () => {
    writeFileSync(join(directory, 'url'), `${server.url}\n`)
    const file = { name: 'file', type: 'slack', urlFile: 'url' }
    const none = { name: 'none', type: 'slack', urlEnv: 'MISSING' }
    expect(await send(settingsOf(file, none), memory())).toEqual([
      { target: 'file', result: 'sent' },
      { target: 'none', result: 'failed' },
    ])
    expect(warnings()[0]).toMatch(/^the summary was not sent to none: .*MISSING/)
  })

  it('waits for the next week where a record in a file may be lost', async () => {
    const record = fileRecord(join(directory, 'state', 'notified.json'))
    expect(await send(settingsOf(slack), record)).toEqual([])
    expect(events).toEqual([
      {
        kind: 'note',
        message:
          'the state directory has no record of earlier summaries, so the first one is sent in the week after 2026-03-02',
      },
    ])
    expect(await send(settingsOf(slack), record)).toEqual([])
    now = new Date('2026-03-09T12:00:00Z')
    expect(await send(settingsOf(slack), record)).toEqual([{ target: 'team', result: 'sent' }])
    expect(await send(settingsOf(slack), fileRecord(join(directory, 'state', 'notified.json')))).toEqual([])
    expect(server.got).toHaveLength(1)
  })
})

describe('the record in an issue', () => {
  const sent = { week: '2026-03-02', targets: ['team', '--> <b>'] }

  it('is read back, replaced and not shown', () => {
    const first = withSent(markdown`Text\n\n<!-- tortoise:dashboard -->`, sent)
    expect(sentIn(first.toString())).toEqual(sent)
    const second = withSent(first, { ...sent, week: '2026-03-09' }).toString()
    expect(sentIn(second)?.week).toBe('2026-03-09')
    expect(second.match(/tortoise:1/g)).toHaveLength(1)
    expect(second.replace(/<!--.*?-->/gs, '').trim()).toBe('Text')
    expect(withSent(markdown`Text`, undefined).toString()).toBe('Text')
  })

  it.each(['', 'no record', '<!-- tortoise:1 AAAA -->', '<!-- tortoise:1 e30= -->'])(
    'is none in %j',
    (body) => {
      expect(sentIn(body)).toBeUndefined()
    },
  )
})

describe('the week', () => {
  it.each([
    ['2026-03-02T00:00:00Z', 'monday', 'Etc/UTC', '2026-03-02'],
    ['2026-03-01T23:59:59Z', 'monday', 'Etc/UTC', '2026-02-23'],
    ['2026-03-01T23:59:59Z', 'monday', 'Europe/Berlin', '2026-03-02'],
    ['2026-03-04T12:00:00Z', 'thursday', 'Etc/UTC', '2026-02-26'],
    ['2026-03-08T12:00:00Z', 'sunday', 'Etc/UTC', '2026-03-08'],
    ['2026-03-30T00:30:00Z', 'monday', 'America/New_York', '2026-03-23'],
  ] as const)('of %s, from %s in %s, begins on %s', (at, weekday, timeZone, week) => {
    expect(weekOf(new Date(at), { weekday, timeZone })).toBe(week)
  })
})

describe('settings of targets', () => {
  it.each([
    [{ ...slack, urlFile: 'x' }, /either urlEnv or urlFile/],
    [{ name: 'a', type: 'slack' }, /either urlEnv or urlFile/],
    [{ ...slack, tokenEnv: 'T' }, /must not have a token/],
    [{ ...slack, urlEnv: 'https://hooks.slack.com/x' }, /not a secret itself/],
    [{ ...slack, name: 'a b' }, /letters, digits/],
  ])('refuse %j', (target, says) => {
    expect(() => settingsOf(target)).toThrow(says)
  })

  it('refuse two targets of one name, and an unknown time zone', () => {
    expect(() => settingsOf(slack, slack)).toThrow(/two targets of one name/)
    expect(() => notifySchema.parse({ targets: [slack], timeZone: 'Mars/Base' })).toThrow(/IANA/)
  })
})
