import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../config/load.ts'
import { type FakeServer, json, startServer } from '../unit/observe/fake-server.ts'
import { type Ended, program, tortoise } from './program.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-tokens-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** A Prometheus without data that knows one token. */
function startPrometheus(valid: () => string): Promise<FakeServer> {
  const nothing = { status: 'success', data: { resultType: 'vector', result: [] } }
  return startServer(({ headers }, response) => {
    const known = headers.authorization === `Bearer ${valid()}`
    json(response, known ? 200 : 401, known ? nothing : { status: 'error', error: 'not that token' })
  })
}

async function snapshot(prometheus: object, env: Readonly<Record<string, string>>): Promise<Ended> {
  const clusters = [{ name: 'prod', prometheus }]
  writeFileSync(join(work, 'tortoise.yaml'), JSON.stringify({ clusters, history: { days: 1 } }))
  const args = ['snapshot', '--repo', '.', '--settings', 'tortoise.yaml', '--out', 'out.json']
  return tortoise(args, { cwd: work, env: { HOME: work, ...env } })
}

let servers: FakeServer[] = []
const kept = (server: FakeServer): FakeServer => {
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  servers = []
})

describe('a token of Google', () => {
  const startMetadata = async (tokens: readonly string[]): Promise<FakeServer> => {
    let given = 0
    return startServer(({ url }, response) => {
      response.setHeader('metadata-flavor', 'Google')
      if (!url.pathname.endsWith('/token')) return json(response, 200, {})
      const token = tokens[Math.min(given, tokens.length - 1)]
      given += 1
      json(response, 200, { access_token: token, expires_in: 3600, token_type: 'Bearer' })
    })
  }

  it('comes from the metadata server, with the scope that is asked for, once for many questions', async () => {
    const metadata = kept(await startMetadata(['google-token']))
    const server = kept(await startPrometheus(() => 'google-token'))
    const env = { GCE_METADATA_HOST: new URL(metadata.url).host }
    expect(await snapshot({ url: server.url, google: {} }, env)).toMatchObject({ status: 0 })
    expect(server.seen.length).toBeGreaterThan(3)
    const asked = metadata.seen.filter(({ url }) => url.pathname.endsWith('/token'))
    expect(asked).toHaveLength(1)
    expect(asked[0]?.headers['metadata-flavor']).toBe('Google')
    expect(asked[0]?.url.searchParams.get('scopes')).toBe('https://www.googleapis.com/auth/monitoring.read')
  })

  it('is renewed when it is refused, and never printed', async () => {
    const metadata = kept(await startMetadata(['old-token', 'new-token']))
    const server = kept(await startPrometheus(() => 'new-token'))
    const env = { GCE_METADATA_HOST: new URL(metadata.url).host }
    expect(await snapshot({ url: server.url, google: {} }, env)).toMatchObject({ status: 0 })
    const refused = kept(await startPrometheus(() => 'another'))
    const ended = await snapshot({ url: refused.url, google: {} }, env)
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('not that token')
    expect(ended.stderr + ended.stdout).not.toContain('new-token')
  })

  it('that cannot be had ends the run with what to do', async () => {
    const server = kept(await startPrometheus(() => 'google-token'))
    const env = { METADATA_SERVER_DETECTION: 'none' }
    const ended = await snapshot({ url: server.url, google: {} }, env)
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('Prometheus of prod needs a Google token, but none was issued')
    expect(ended.stderr).toContain('GOOGLE_APPLICATION_CREDENTIALS')
    expect(server.seen).toHaveLength(0)
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('openssl is not on the PATH: tokens of Azure are not tested')

describe.skipIf(!hasOpenssl)('a token of Azure', () => {
  const forms: URLSearchParams[] = []
  let authority: Server
  const url = (): string => `https://localhost:${(authority.address() as AddressInfo).port}`
  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const files = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...files, ...subject], { cwd: work, stdio: 'pipe' })
    const read = (name: string): string => readFileSync(join(work, name), 'utf8')
    authority = createServer({ key: read('key.pem'), cert: read('cert.pem') }, async (request, response) => {
      let body = ''
      for await (const part of request) body += part
      if (request.url?.includes('openid-configuration') === true)
        return json(response, 200, {
          issuer: `${url()}/tenant/v2.0`,
          authorization_endpoint: `${url()}/tenant/oauth2/v2.0/authorize`,
          token_endpoint: `${url()}/tenant/oauth2/v2.0/token`,
          jwks_uri: `${url()}/keys`,
        })
      forms.push(new URLSearchParams(body))
      json(response, 200, { access_token: 'azure-token', expires_in: 3600, token_type: 'Bearer' })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => authority.once('listening', resolve))
  })
  afterAll(() => {
    authority.close()
    authority.closeAllConnections()
  })

  it('is had for the workload identity of a Pod, whose own token is read from its file', async () => {
    writeFileSync(join(work, 'pod-token'), 'pod-token-of-kubernetes')
    const server = kept(await startPrometheus(() => 'azure-token'))
    const env = {
      AZURE_AUTHORITY_HOST: url(),
      AZURE_TENANT_ID: 'tenant',
      AZURE_CLIENT_ID: 'client',
      AZURE_FEDERATED_TOKEN_FILE: join(work, 'pod-token'),
      NODE_EXTRA_CA_CERTS: join(work, 'cert.pem'),
    }
    const ended = await snapshot({ url: server.url, azure: {} }, env)
    expect(ended).toMatchObject({ status: 0 })
    expect(forms).toHaveLength(1)
    expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
      client_id: 'client',
      client_assertion: 'pod-token-of-kubernetes',
      scope: expect.stringContaining('https://prometheus.monitor.azure.com/.default'),
    })
    expect(ended.stderr + ended.stdout).not.toContain('azure-token')
  })

  it('is had from the endpoint of a managed identity', async () => {
    const identity = kept(
      await startServer((_, response) =>
        json(response, 200, {
          access_token: 'managed-token',
          expires_on: '4000000000',
          token_type: 'Bearer',
        }),
      ),
    )
    const server = kept(await startPrometheus(() => 'managed-token'))
    const env = { IDENTITY_ENDPOINT: `${identity.url}/token`, IDENTITY_HEADER: 'header' }
    expect(await snapshot({ url: server.url, azure: {} }, env)).toMatchObject({ status: 0 })
    expect(identity.seen[0]?.url.searchParams.get('resource')).toBe('https://prometheus.monitor.azure.com')
    expect(identity.seen[0]?.headers['x-identity-header']).toBe('header')
  })
})

it('no library of a cloud is loaded by a run that names none', async () => {
  const dist = dirname(program)
  const marks = /metadata\.google\.internal|login\.microsoftonline\.com/
  const heavy = readdirSync(dist).filter(
    (name) => name.endsWith('.js') && marks.test(readFileSync(join(dist, name), 'utf8')),
  )
  expect(heavy.length).toBeGreaterThan(0)
  const server = kept(await startPrometheus(() => 'x'))
  // Node's own coverage lists every module that was loaded.
  const coverage = join(work, 'coverage')
  await snapshot({ url: server.url, tokenEnv: 'T' }, { T: 'x', NODE_V8_COVERAGE: coverage })
  const modules = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'))
  expect(modules.join('')).toContain('dist/tortoise.js')
  for (const name of heavy) expect(modules.join('')).not.toContain(`/${name}"`)
})

it('one way to prove who asks is enough', () => {
  const text = 'clusters: [{name: prod, prometheus: {url: "http://p", google: {}, tokenEnv: T}}]\n'
  expect(() => loadSettings('tortoise.yaml', text)).toThrow(
    'the Prometheus of cluster prod has two authentication methods, tokenEnv and google',
  )
})
