import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { pktLine } from '../../../plugin/deliver/git/smart-http.ts'
import { startGitHubServer } from '../../lab/github-server.ts'
import { git } from '../program.ts'
import {
  expectInert,
  expectInertMarkdown,
  expectInertRun,
  manifest,
  openTextGround,
  plainNames,
  poison,
  poisonPath,
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
