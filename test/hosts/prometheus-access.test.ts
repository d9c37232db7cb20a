import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prometheusSchema } from '../../config/prometheus.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import { type Prometheus, prometheus } from '../../plugin/observe/prometheus/client.ts'
import type { Host } from '../../plugin/run/host.ts'
import { prometheusPorts } from '../../plugin/run/observe/prometheus-access.ts'
import { type FakeServer, json, startServer } from '../unit/observe/fake-server.ts'

const nothing = { status: 'success', data: { resultType: 'vector', result: [] } }
let directory = ''
let server: FakeServer | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tortoise-access-'))
})
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(directory, { recursive: true, force: true })
})

function client(settings: object, env: Host['env'] = {}): Prometheus {
  const host: Host = {
    cwd: directory,
    env,
    stdout: () => undefined,
    stderr: () => undefined,
    colour: false,
    progress: () => undefined,
    now: () => new Date(0),
  }
  const { url, ...rest } = prometheusSchema.parse({ url: server?.url, ...settings })
  const ports = prometheusPorts(host, 'prod', { url, ...rest })
  return prometheus({ url }, { ...ports, pause: async () => undefined })
}

describe('who asks a Prometheus', () => {
  it('sends a password from the environment as basic authorization', async () => {
    server = await startServer((_, response) => json(response, 200, nothing))
    const basic = { username: 'tortoise', passwordEnv: 'PROM_PASSWORD' }
    await client({ basic }, { PROM_PASSWORD: 'p w' }).instant('up', 1)
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${btoa('tortoise:p w')}`)
    expect(() => client({ basic })).toThrow('needs a token in the environment variable PROM_PASSWORD')
  })

  it('takes up a token that is renewed in the middle of a run, and stops at one that is refused', async () => {
    const tokenFile = join(directory, 'token')
    writeFileSync(tokenFile, 'first-token\n')
    const valid = { token: 'first-token' }
    server = await startServer((request, response) => {
      const known = request.headers.authorization === `Bearer ${valid.token}`
      json(response, known ? 200 : 401, known ? nothing : { status: 'error', error: 'token is expired' })
    })
    const reader = client({ tokenFile })
    await reader.instant('up', 1)
    valid.token = 'second-token'
    writeFileSync(tokenFile, 'second-token\n')
    await reader.instant('up', 2)
    expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer second-token')
    valid.token = 'third-token'
    const error = await reader.instant('up', 3).catch((reason: unknown) => reason)
    expect(error instanceof ExpectedStop && error.problems).toMatchObject([
      { code: 'prometheus.credentials' },
    ])
    expect(String(error)).not.toContain('second-token')
  })

  it('names the token file that is not there', () => {
    expect(() => client({ url: 'http://127.0.0.1:1', tokenFile: 'nowhere' })).toThrow(
      'there is no file nowhere',
    )
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('openssl is not on the PATH: certificates are not tested')

describe.skipIf(!hasOpenssl)('a Prometheus that wants certificates', () => {
  let secure: Server | undefined
  afterEach(() => {
    secure?.close()
    secure?.closeAllConnections()
  })

  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const key = (name: string): readonly string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
  const signed = (name: string, subject: string): void => {
    openssl('req', ...key(name), '-out', `${name}.csr`, '-subj', subject)
    writeFileSync(join(directory, 'ext'), 'subjectAltName=IP:127.0.0.1\n')
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`)
  }

  it('is asked with a client certificate, and believed by its own authority alone', async () => {
    openssl('req', '-x509', ...key('ca'), '-out', 'ca.pem', '-days', '2', '-subj', '/CN=lab')
    signed('server', '/CN=prometheus')
    signed('client', '/CN=tortoise')
    const text = (name: string): string => readFileSync(join(directory, name), 'utf8')
    const own = { key: text('server.key'), cert: text('server.pem'), ca: text('ca.pem') }
    const callers: unknown[] = []
    secure = createServer({ ...own, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      callers.push((request.socket as TLSSocket).getPeerCertificate().subject.CN)
      request.resume().on('end', () => json(response, 200, nothing))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => secure?.once('listening', resolve))
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
    const ask = (tls: object) => client({ url, tls }).instant('up', 1)
    expect(await ask({ caFile: 'ca.pem', certFile: 'client.pem', keyFile: 'client.key' })).toEqual([])
    expect(callers).toEqual(['tortoise'])
    await expect(ask({ certFile: 'client.pem', keyFile: 'client.key' })).rejects.toThrow('cannot be reached')
    await expect(ask({ caFile: 'ca.pem' })).rejects.toThrow('cannot be reached')
    expect(callers).toHaveLength(1)
  })
})
