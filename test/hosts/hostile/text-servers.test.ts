import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pktLine } from '../../../plugin/deliver/git/smart-http.ts'
import { startGitHubServer } from '../../lab/github-server.ts'
import { count, type Ground, openGround } from '../daemon.ts'
import { git } from '../program.ts'
import { hasNode24, runStep } from '../runner.ts'
import {
  canary,
  expectInert,
  expectInertMarkdown,
  expectInertRun,
  manifest,
  openTextGround,
  plainNames,
  poison,
  poisonPath,
  quoted,
  settingsWith,
  usageOf,
} from './text-ground.ts'

/** The token of every server here: a message that echoes it must not show it. */
const token = 'ghs_text-token-0123456789abcdef'

const ground = openTextGround()
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const asJson =
  (status: number, data: (request: IncomingMessage) => unknown): RequestListener =>
  (request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data(request)))

const asText =
  (status: number, text: (request: IncomingMessage) => string): RequestListener =>
  (request, response) =>
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text(request))

const echo = ({ headers }: IncomingMessage): string => `${headers.authorization} ${poison}`

/** An answer with series whose labels are all hostile. */
const hostileSeries = (request: IncomingMessage): unknown => {
  const metric = Object.fromEntries(
    ['__name__', 'namespace', 'pod', 'container', 'owner_kind', 'owner_name', 'cluster', 'job'].map(
      (name) => [name, poison],
    ),
  )
  const point = [1_767_225_600, '0.5']
  const isRange = request.url?.includes('query_range')
  return {
    status: 'success',
    warnings: [poison],
    data: {
      resultType: isRange ? 'matrix' : 'vector',
      result: [isRange ? { metric, values: [point] } : { metric, value: point }],
    },
  }
}

describe('what a Prometheus says as', () => {
  it.each<readonly [string, RequestListener]>([
    ['an error', asJson(400, (request) => ({ status: 'error', error: echo(request) }))],
    ['a long error', asJson(500, () => ({ status: 'error', error: poison.repeat(500) }))],
    ['a page of plain text', asText(500, echo)],
    ['a refusal that echoes the token', asText(401, echo)],
    ['a refusal of permissions', asJson(403, (request) => ({ status: 'error', error: echo(request) }))],
    ['a busy server', asText(429, echo)],
    ['another protocol', asText(200, echo)],
    ['labels and warnings', asJson(200, hostileSeries)],
  ])('%s is inert, on one line, without the token', async (name, answer) => {
    const url = await serve(answer)
    const repo = ground.lay(`prometheus ${name}`, {
      'tortoise.yaml': `sources: [{path: plain, cluster: prod, namespace: shop}]\nclusters: [{name: prod, prometheus: {url: "${url}", tokenEnv: PROM_TOKEN}}]\n`,
      'plain/web.yaml': manifest(plainNames),
    })
    for (const args of [
      ['doctor'],
      ['doctor', '-o', 'json'],
      ['plan'],
      ['snapshot', '--out', join(ground.root, 'out.json')],
    ]) {
      const ended = await ground.run([...args, '--repo', repo], { env: { PROM_TOKEN: token } })
      expectInertRun(ended)
      expect(ended.stdout + ended.stderr).not.toContain(token)
      expect(ended.stderr.length).toBeLessThan(4_000)
    }
  })
})

describe('what an API server says as', () => {
  const listOf = (name: string) => ({
    metadata: {},
    items: [
      {
        metadata: {
          name,
          namespace: name,
          labels: { [name]: name },
          annotations: { [name]: name },
          uid: 'u',
        },
        spec: { replicas: 1, selector: { matchLabels: {} }, template: { spec: { containers: [{ name }] } } },
        status: { readyReplicas: 1 },
      },
    ],
  })
  it.each<readonly [string, RequestListener]>([
    ['a refusal', asJson(403, (request) => ({ kind: 'Status', message: echo(request) }))],
    ['an error', asText(500, echo)],
    ['an error of credentials', asText(401, echo)],
    [
      'its version and the names of its objects',
      (request, response) =>
        request.url?.startsWith('/version')
          ? asJson(200, () => ({ gitVersion: poison }))(request, response)
          : asJson(200, () => listOf(poison))(request, response),
    ],
    ['text that is not JSON', asText(200, echo)],
  ])('%s is inert, without the token', async (name, answer) => {
    const url = await serve(answer)
    const kubeconfig = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    })
    const file = join(ground.root, `${name.replaceAll(' ', '-')}.json`)
    writeFileSync(file, kubeconfig)
    const repo = ground.lay(`cluster ${name}`, {
      'tortoise.yaml': `sources: [{path: plain, cluster: prod, namespace: shop}]\nclusters: [{name: prod, kubernetes: {kubeconfig: "${file}"}}]\n`,
      'plain/web.yaml': manifest(plainNames),
    })
    for (const args of [
      ['doctor'],
      ['doctor', '-o', 'json', '--fix-hints'],
      ['plan'],
      ['init', '--dry-run'],
    ]) {
      const ended = await ground.run([...args, '--repo', repo], { env: { KUBECONFIG: file } })
      expectInertRun(ended)
      expect(ended.stdout + ended.stderr).not.toContain(token)
    }
  })
})

/** A Git server that knows one branch and answers each push with a reason of its own. */
const refusingGit =
  (head: string, reason: string): RequestListener =>
  (request, response) => {
    const refs = `${pktLine('# service=git-receive-pack\n')}0000${pktLine(`${head} refs/heads/main\0 report-status\n`)}0000`
    const report = `${pktLine('unpack ok\n')}${pktLine(`ng refs/heads/tortoise/right-size ${reason}\n`)}0000`
    request.resume()
    request.on('end', () => {
      const isPush = request.method === 'POST'
      const type = `application/x-git-receive-pack-${isPush ? 'result' : 'advertisement'}`
      response.writeHead(200, { 'content-type': type }).end(isPush ? report : refs)
    })
  }

describe('what a Git server says of a push', () => {
  it.each([
    ['that was declined', poison.replaceAll('\n', ' ')],
    ['on several lines', poison],
    ['that moved', `stale info ${poison} ${'x'.repeat(5_000)}`],
  ])('%s is inert, on one line', async (name, reason) => {
    const repo = ground.lay(`push ${name}`, {
      'plain/web.yaml': manifest(plainNames),
    })
    const url = await serve(refusingGit(git(repo, 'rev-parse', 'main').trim(), reason))
    const settings = join(ground.root, 'push.yaml')
    writeFileSync(
      settings,
      settingsWith('prod', `deliver: {mode: commit, base: main, remote: {url: "${url}/a.git"}}\n`),
    )
    const snapshot = join(ground.root, 'push.json')
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await ground.run(['run', '--repo', repo, '--settings', settings, '--snapshot', snapshot], {
      env: { TORTOISE_GIT_TOKEN: token },
    })
    expectInertRun(ended)
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('INJECTED') })
    expect(ended.stderr.length).toBeLessThan(2_000)
  })
})

describe('a forge', () => {
  const settings = (url: string): string =>
    settingsWith(
      'prod',
      `deliver: {mode: pull-request, base: main, github: {repository: acme/gitops, apiUrl: "${url}", paced: false}, pullRequests: {dashboard: true, checks: true}}\n`,
    )

  it.each<readonly [string, RequestListener]>([
    ['that refuses', asJson(422, (request) => ({ message: echo(request) }))],
    ['that has no permission', asJson(403, (request) => ({ message: echo(request) }))],
    ['that fails with a page', asText(500, echo)],
  ])('%s has its message on one line, inert and without the token', async (name, answer) => {
    const url = await serve(answer)
    const repo = ground.lay(`forge ${name}`, { 'plain/web.yaml': manifest(plainNames) })
    const file = join(ground.root, 'forge.yaml')
    writeFileSync(file, settings(url))
    const snapshot = join(ground.root, 'forge.json')
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await ground.run(['run', '--repo', repo, '--settings', file, '--snapshot', snapshot], {
      env: { GITHUB_TOKEN: token },
    })
    expectInertRun(ended)
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringMatching(/HTTP (422|403|500)/) })
    expect(ended.stderr).not.toContain(token)
  })

  it('gets a title, a body, a dashboard, statuses and a commit message that link to nothing', async () => {
    const all = { ...plainNames, name: poison, container: poison, namespace: poison }
    const origin = ground.lay('forge names', { [`plain/${poisonPath}`]: manifest(all) })
    const bare = join(ground.root, 'names.git')
    git(ground.root, 'clone', '--quiet', '--bare', origin, bare)
    const forge = await startGitHubServer({ gitdir: bare, repository: 'acme/gitops', token })
    const file = join(ground.root, 'names.yaml')
    writeFileSync(file, settings(forge.url))
    const snapshot = join(ground.root, 'names.json')
    writeFileSync(snapshot, usageOf(all))
    const run = () =>
      ground.run(['run', '--repo', origin, '--settings', file, '--snapshot', snapshot], {
        env: { GITHUB_TOKEN: token },
      })
    const ended = await run()
    expectInertRun(ended)
    const [pull] = forge.pulls
    expect(pull?.title).toContain('INJECTED')
    expectInert(pull?.title ?? '', '\u200b')
    expect(pull?.title).not.toMatch(/@octocat|#1|GH-2|:\/\/|\n/)
    expectInertMarkdown(pull?.body ?? '')
    expect(pull?.body).toContain('INJECTED')
    const [issue] = forge.state.issues
    // The dashboard refers to our own pull request.
    const own = /^- (?:\[ \] <!-- tortoise:1 [A-Za-z0-9+/=]+ --> )?#\d+:/gm
    expectInertMarkdown((issue?.body ?? '').replace(own, '-'))
    const message = git(bare, 'show', '--no-patch', '--format=%B', pull?.head.ref ?? '')
    expectInert(message, '\u200b')
    expect(message).not.toMatch(/@octocat|#1|GH-2|:\/\//)
    for (const statuses of forge.state.statuses.values())
      for (const { description } of statuses) expectInert(description ?? '', '\u200b')
    await forge.close()
  })
})

describe.skipIf(!hasNode24)('the Action', () => {
  const step = (
    name: string,
    files: Readonly<Record<string, string>>,
    inputs: Readonly<Record<string, string>>,
  ) => {
    const origin = ground.lay(`action ${name}`, files)
    const directory = mkdtempSync(join(ground.root, 'runner-'))
    return runStep(
      { 'github-token': token, mode: 'report', push: 'false', ...inputs },
      {
        directory,
        clone: [`file://${origin}`],
        env: {
          GITHUB_REPOSITORY: 'acme/gitops',
          GITHUB_SERVER_URL: 'https://github.example',
          PATH: `${process.env['PATH']}`,
        },
      },
    )
  }

  /** The lines that the runner takes for commands must be the Action's own: annotations and masks. */
  const withoutOwnCommands = (stdout: string): string =>
    stdout.replace(/^::(notice|warning|error|add-mask)( [^\n]*?)?::/gm, '$1 ')

  it('writes names into its log, annotations, outputs and summary as text', async () => {
    const all = { ...plainNames, name: poison, container: poison }
    const snapshot = join(ground.root, 'action.json')
    writeFileSync(snapshot, usageOf(all))
    const ended = await step(
      'names',
      { 'tortoise.yaml': settingsWith(), [`plain/${poisonPath}`]: manifest(all) },
      { snapshot },
    )
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    const own = ended.stdout.match(/^::[^\n]*$/gm) ?? []
    expect(own.every((line) => /^::(notice|add-mask)( |::)/.test(line))).toBe(true)
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout).toContain('INJECTED')
    expectInertMarkdown(ended.summary)
    for (const value of Object.values(ended.outputs)) expectInert(value)
  })

  it('shows a failing program as class and place in its log and annotations', async () => {
    const snapshot = join(ground.root, 'action-fails.json')
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await step(
      'fails',
      {
        'tortoise.yaml': 'sources: [{path: c, cluster: prod, namespace: shop}]\nclusters: [{name: prod}]\n',
        'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
        'c/values.yaml': `password: ${quoted(`${canary} ${poison}`)}\n`,
        'c/templates/a.yaml': '{{ fail .Values.password }}\n',
      },
      { snapshot },
    )
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout + ended.summary).toContain('c/templates/a.yaml:1 calls fail')
    expect(ended.stdout + ended.stderr + ended.summary).not.toContain(canary)
  })

  it('has the problem of hostile settings in an annotation, as text', async () => {
    const ended = await step('settings', { 'tortoise.yaml': `${quoted(poison)}: 1\n` }, {})
    expect(ended.status).toBe(1)
    expectInert(withoutOwnCommands(ended.stdout))
    expect(ended.stdout).toContain('unknown setting')
  })
})

describe('the daemon', () => {
  let daemons: Ground
  beforeAll(() => {
    daemons = openGround()
  })
  afterAll(() => daemons.close())

  it('logs and shows hostile names and failures as text', async () => {
    const { root, serve: start, until } = daemons
    const repo = ground.lay('daemon', {
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'c/values.yaml': `password: ${quoted(`${canary} ${poison}`)}\n`,
      'c/templates/a.yaml': '{{ fail .Values.password }}\n',
      [`plain/${poisonPath}`]: manifest({ ...plainNames, name: poison }),
    })
    mkdirSync(join(root, 'hostile'))
    const snapshot = join(root, 'usage.json')
    writeFileSync(snapshot, usageOf({ ...plainNames, name: poison }))
    const settings = join(root, 'hostile.json')
    writeFileSync(
      settings,
      JSON.stringify({
        sources: [
          { path: 'plain', cluster: 'prod', namespace: 'shop' },
          { path: 'c', cluster: 'prod', namespace: 'shop' },
        ],
        clusters: [{ name: 'prod' }],
        deliver: { mode: 'report', base: 'main' },
        serve: {
          jitterSeconds: 0,
          schedules: [
            { cron: '* * * * * *', name: 'prod' },
            { cron: '* * * * * *', name: 'gone', cluster: poison },
          ],
        },
      }),
    )
    const daemon = start('hostile', settings, { usage: ['--snapshot', snapshot, '--repo', repo] })
    await until('a run', () => count(daemon.log, 'run finished') > 0, 60)
    for (const line of daemon.log) for (const value of Object.values(line)) expectInert(String(value))
    const page = await (await daemon.get('/')).text()
    expectInert(page)
    expect(page).toContain('INJECTED')
    expect(page).not.toMatch(/<img|<\/details> \[a\]/)
    const metrics = await (await daemon.get('/metrics')).text()
    expectInert(metrics)
    expect(metrics.split('\n').every((line) => /^(#|tortoise_|process_|nodejs_|$)/.test(line))).toBe(true)
    const report = await (await daemon.get('/report.json')).text()
    expectInert(report)
    JSON.parse(report)
    daemon.child.kill('SIGTERM')
    await daemon.ended
    rmSync(repo, { recursive: true, force: true })
  })
})
