import { writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hasOpenssl, makeCertificate } from '../../lab/certificates.ts'
import { kubeconfigOf } from '../../lab/cluster/kubeconfig.ts'
import { type GitServer, startGitServer } from '../../lab/git-server.ts'
import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import { git } from '../program.ts'
import { manifest, openTextGround, plainNames, settingsWith, usageOf } from './text-ground.ts'

const token = 'redirect-token-0123456789'

const ground = openTextGround()
/** The server that redirects lead to: it would accept everything. */
let other: FakeServer
const servers: { readonly close: () => Promise<void> }[] = []
beforeAll(async () => {
  other = await startServer((_, response) => json(response, 200, { items: [], gitVersion: 'v1.99.0' }))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
afterAll(async () => {
  await other.close()
})

/** Other servers, by what is other. */
const others = {
  'another port': () => other.url,
  'another host name': () => other.url.replace('127.0.0.1', 'localhost'),
  'another scheme': () => other.url.replace('http:', 'https:'),
}
/** A status that changes the method of a request, and one that keeps it. */
const statuses = [302, 307]
const everyRedirect = Object.keys(others).flatMap((name) =>
  statuses.map((status) => [name as keyof typeof others, status] as const),
)

async function redirecting(to: string, status: number): Promise<FakeServer> {
  const server = await startServer(({ url }, response) => {
    response.writeHead(status, { location: `${to}${url.pathname}${url.search}` }).end()
  })
  servers.push(server)
  return server
}

/** What a run needs apart from its settings. */
function lay(name: string): { readonly repo: string; readonly file: string; readonly snapshot: string } {
  const repo = ground.lay(name, { 'plain/web.yaml': manifest(plainNames) })
  const [file, snapshot] = [join(ground.root, 'settings.yaml'), join(ground.root, 'usage.json')]
  writeFileSync(snapshot, usageOf(plainNames))
  return { repo, file, snapshot }
}

/** Runs a delivery with settings for a forge or a remote. */
async function deliver({ repo, file, snapshot }: ReturnType<typeof lay>, settings: string) {
  writeFileSync(file, settingsWith('prod', settings))
  const ended = await ground.run(['run', '--repo', repo, '--settings', file, '--snapshot', snapshot], {
    env: { GITHUB_TOKEN: token, TORTOISE_GIT_TOKEN: token },
  })
  return ended
}

/** Settings of a delivery to each kind of server. */
const deliveries = {
  'a Git server': (url: string) => `deliver: {mode: commit, base: main, remote: {url: "${url}/a/b.git"}}\n`,
  GitHub: (url: string) =>
    `deliver: {mode: pull-request, base: main, github: {repository: a/b, apiUrl: "${url}", paced: false}}\n`,
  GitLab: (url: string) =>
    `deliver: {mode: pull-request, base: main, remote: {url: "${url}/a/b.git"}, forge: {kind: gitlab}}\n`,
  Gitea: (url: string) =>
    `deliver: {mode: pull-request, base: main, remote: {url: "${url}/a/b.git"}, forge: {kind: gitea}}\n`,
}

describe('an API server that redirects', () => {
  it.each(everyRedirect)(
    'to %s with status %d leads no token and no question there',
    async (name, status) => {
      const [to, before] = [others[name](), other.seen.length]
      const server = await redirecting(to, status)
      const { repo, file } = lay(`cluster ${name} ${status}`)
      const kubeconfig = join(ground.root, 'kubeconfig')
      writeFileSync(kubeconfig, kubeconfigOf(server.url, token))
      writeFileSync(file, `clusters: [{name: prod, kubernetes: {kubeconfig: "${kubeconfig}"}}]\n`)
      const ended = await ground.run(['doctor', '--repo', repo, '--settings', file])
      expect(server.seen.length).toBeGreaterThan(0)
      expect(other.seen.slice(before)).toEqual([])
      expect(ended.stdout + ended.stderr).toContain(`redirects to ${to}, which is not followed`)
      expect(ended.stdout).toContain(
        'Set the server of the kubeconfig context to the address of the API server',
      )
      expect(ended.stdout).not.toContain('v1.99.0')
    },
  )

  it.skipIf(!hasOpenssl)('gets its client certificate alone, and other servers nothing', async () => {
    const certificate = makeCertificate()
    const asked: string[] = []
    const server = createTlsServer(
      { cert: certificate.cert, key: certificate.key, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        asked.push(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN))
        if (request.url === '/version') return json(response, 200, { gitVersion: 'v1.34.2' })
        response.writeHead(302, { location: other.url }).end()
      },
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const before = other.seen.length
    const { port } = server.address() as AddressInfo
    const { repo, file } = lay('cluster with a certificate')
    const kubeconfig = join(ground.root, 'kubeconfig-tls')
    const { caFile, certFile, keyFile } = certificate
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        ...JSON.parse(kubeconfigOf('', '')),
        clusters: [
          {
            name: 'lab',
            cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': caFile },
          },
        ],
        users: [{ name: 'lab', user: { 'client-certificate': certFile, 'client-key': keyFile } }],
      }),
    )
    writeFileSync(file, `clusters: [{name: prod, kubernetes: {kubeconfig: "${kubeconfig}"}}]\n`)
    const ended = await ground.run(['doctor', '--repo', repo, '--settings', file])
    server.close()
    expect(new Set(asked)).toEqual(new Set(['charts']))
    expect(other.seen.slice(before)).toEqual([])
    expect(ended.stdout).toContain(`redirects to ${other.url}`)
  })
})

describe.each(Object.entries(deliveries))('%s that redirects', (kind, settings) => {
  it.each(everyRedirect)(
    'to %s with status %d leads no token and no question there',
    async (name, status) => {
      const [to, before] = [others[name](), other.seen.length]
      const server = await redirecting(to, status)
      const ended = await deliver(lay(`${kind} ${name} ${status}`), settings(server.url))
      expect(server.seen.length).toBeGreaterThan(0)
      expect(other.seen.slice(before)).toEqual([])
      expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining(new URL(to).host) })
      expect(ended.stderr).toMatch(/leads to another server|redirects to another server/)
      expect(ended.stderr).toContain('to the address that it redirects to, if that server may get the token')
      expect(ended.stderr).not.toContain(token)
    },
  )
})

describe('a repository that was renamed', () => {
  let origin: GitServer
  afterAll(() => origin?.close())

  it('is fetched and pushed where its Git server redirects to on the same server', async () => {
    const laid = lay('renamed')
    git(ground.root, 'clone', '--quiet', '--bare', laid.repo, join(ground.root, 'new.git'))
    origin = await startGitServer(ground.root, token, {
      moved: (path) => path.replace(/^\/old\/name\.git\/info/, '/new.git/info'),
    })
    const settings = `deliver: {mode: commit, base: main, remote: {url: "${origin.url}/old/name.git"}}\n`
    const ended = await deliver(laid, settings)
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(origin.requests.at(-1)).toBe('POST /new.git/git-receive-pack')
    const pushed = git(join(ground.root, 'new.git'), 'for-each-ref', '--format=%(refname)')
    expect(pushed).toContain('refs/heads/tortoise/')
  })
})
