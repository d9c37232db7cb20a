import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { sha256 } from '../../../plugin/io/blob-directory.ts'
import { concernsOneSource } from '../../../plugin/model/problem.ts'
import { redacted } from '../../../plugin/model/text/secrets.ts'
import { type Answers, chart, failure, indexOf, type OddServer, packed, serve, storeWith } from './ground.ts'

// A name that leads to this machine, as an attacker's DNS server may say.
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>()
  const lookup = (name: string, options: object, callback: (...answer: unknown[]) => void) =>
    name === 'charts.example.com'
      ? callback(null, [{ address: '127.0.0.1', family: 4 }])
      : dns.lookup(name, options, callback)
  return { ...dns, lookup }
})

let server: OddServer
let other: OddServer
let answers: Answers = {}
beforeAll(async () => {
  server = await serve(() => answers)
  other = await serve(() => ({ '/web.tgz': chart(), '/index.yaml': indexOf('web.tgz') }))
})
afterAll(() => Promise.all([server.close(), other.close()]))
beforeEach(() => {
  server.requests.splice(0)
  other.requests.splice(0)
})

const pull = (more: Partial<Parameters<typeof storeWith>[0]> = {}) =>
  storeWith({ allow: [server.url], ...more }).chart({ repository: server.url, name: 'web', version: '1.0.0' })
const served = (archive: Uint8Array, digest = '') => {
  answers = { '/index.yaml': indexOf('web.tgz', digest), '/web.tgz': archive }
}

describe('an archive', () => {
  it('is mounted where it is sound', async () => {
    served(
      chart({ path: 'web/values.yaml', text: 'a: 1\n' }),
      sha256(chart({ path: 'web/values.yaml', text: 'a: 1\n' })),
    )
    expect(await pull()).toMatchObject({ version: '1.0.0', title: `web 1.0.0 from ${server.url}` })
  })

  it.each([
    [
      'a wrong digest in the index',
      () => served(chart(), 'ab'.repeat(32)),
      /its digest is sha256:\w+, and the index says/,
    ],
    [
      'a link',
      () => served(chart({ path: 'web/x', type: '2', link: '/etc/passwd' })),
      /it has the link "web\/x"/,
    ],
    [
      'a hard link',
      () => served(chart({ path: 'web/x', type: '1', link: 'web/Chart.yaml' })),
      /it has the link/,
    ],
    ['a device', () => served(chart({ path: 'web/x', type: '3' })), /"web\/x" is not a file/],
    ['a path with ..', () => served(chart({ path: 'web/../../x', text: 'x' })), /leads out of it/],
    ['an absolute path', () => served(chart({ path: '/etc/x', text: 'x' })), /leads out of it/],
    ['a path of Windows', () => served(chart({ path: 'web\\..\\x', text: 'x' })), /leads out of it/],
    [
      'a bomb',
      () => served(chart({ path: 'web/x', text: Buffer.alloc(8 * 1024 ** 2) })),
      /larger than 4 MiB unpacked/,
    ],
    [
      'too many files',
      () => served(chart(...Array.from({ length: 60 }, (_, at) => ({ path: `web/${at}`, text: 'x' })))),
      /more than 50 files/,
    ],
    ['no Chart.yaml', () => served(packed({ path: 'web/x', text: 'x' })), /it has no Chart.yaml/],
    [
      'no end',
      () => served(chart({ path: 'web/x', text: randomBytes(4000) }).subarray(0, 2000)),
      /it is truncated/,
    ],
    [
      'a tar without an end',
      () => served(gzipSync(Buffer.from('web/Chart.yaml'.padEnd(700, '\0')))),
      /it is (damaged|truncated)/,
    ],
    ['another format', () => served(Buffer.from('<html>')), /not a gzipped archive|is not a chart|invalid/],
    ['too many bytes', () => served(randomBytes(2 * 1024 ** 2)), /sends more than 1 MiB/],
  ])('with %s is a named failure of its source', async (_, begin, message) => {
    begin()
    const error = await pull().catch((reason: unknown) => reason)
    expect(String(error)).toMatch(message)
    expect(concernsOneSource(error)).toBe(true)
  })

  it('that ends too early is not used', async () => {
    answers = {
      '/index.yaml': indexOf('web.tgz'),
      '/web.tgz': (response) => {
        response.writeHead(200, { 'content-length': '5000' }).write('half')
        setTimeout(() => response.destroy(), 20)
      },
    }
    expect(await failure(pull())).toContain('the server ended its answer too early')
  })

  it('of a slow server is given up', async () => {
    answers = { '/index.yaml': (response) => void response.writeHead(200).write('apiVersion: v1\n') }
    expect(await failure(pull({ timeoutMs: 300 }))).toContain('the server took longer than')
  })
})

describe('a server that is not allowed', () => {
  it('is not contacted by a redirect', async () => {
    answers = {
      '/index.yaml': (response) => response.writeHead(302, { location: `${other.url}/index.yaml` }).end(),
    }
    expect(await failure(pull())).toContain(`allow: ["http://127.0.0.1:${other.port}"]`)
    expect(other.requests).toEqual([])
  })

  it('is not contacted by an index', async () => {
    answers = { '/index.yaml': indexOf(`${other.url}/web.tgz`) }
    expect(await failure(pull())).toContain(`allow: ["http://127.0.0.1:${other.port}"]`)
    expect(other.requests).toEqual([])
  })

  it('is not contacted by a tag list, a blob or a token of a registry', async () => {
    const to = (response: ServerResponse) =>
      void response.writeHead(307, { location: `${other.url}/x` }).end()
    const realm = `Bearer realm="${other.url}/token",service="x",scope="y"`
    const manifest = JSON.stringify({ layers: [{ mediaType: 'x', digest: `sha256:${'0'.repeat(64)}` }] })
    const artifact = { tag: '1.0.0' }
    const store = () => storeWith({ allow: [server.url] })
    const chartOf = (more: object) => ({
      repository: server.url.replace('http:', 'oci:'),
      name: 'web',
      ...more,
    })
    answers = {
      '/v2/web/tags/list': (response) =>
        response
          .writeHead(200, { link: `<${other.url}/v2/web/tags/list?last=x>; rel="next"` })
          .end('{"tags": []}'),
    }
    expect(await failure(store().chart(chartOf({ version: '1.x' })))).toContain('is not contacted')
    answers = { '/v2/web/manifests/1.0.0': manifest, [`/v2/web/blobs/sha256:${'0'.repeat(64)}`]: to }
    expect(await failure(store().chart(chartOf({ artifact })))).toContain('is not contacted')
    answers = {
      '/v2/web/manifests/1.0.0': (response) => response.writeHead(401, { 'www-authenticate': realm }).end(),
    }
    expect(await failure(store().chart(chartOf({ artifact })))).toContain('is not contacted')
    expect(other.requests).toEqual([])
  })

  it('may be named by another spelling of its address, and is not contacted either', async () => {
    for (const host of ['127.1', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', 'localhost'])
      expect(
        await failure(
          storeWith({ allow: ['*.example.com'] }).chart({
            repository: `http://${host}:${server.port}`,
            name: 'web',
          }),
        ),
      ).toContain('is not contacted')
    expect(server.requests).toEqual([])
  })

  it('is not contacted because a name leads to it: its address must be listed itself', async () => {
    answers = { '/index.yaml': indexOf('web.tgz'), '/web.tgz': chart() }
    const named = `http://charts.example.com:${server.port}`
    const pullFrom = (...allow: readonly string[]) =>
      failure(storeWith({ allow }).chart({ repository: named, name: 'web', version: '1.0.0' }))
    expect(await pullFrom(named)).toContain('its address 127.0.0.1 is internal')
    expect(await pullFrom(named)).toContain('charts: { allow: ["127.0.0.1"] }')
    expect(server.requests).toEqual([])
    expect(await pullFrom(named, '127.0.0.0/8')).toContain('it did not fail')
  })
})

describe('a login', () => {
  const password = 'a-password-for-one-host'
  const logins = () => [
    { host: `127.0.0.1:${server.port}`, basic: { username: 'ann', passwordEnv: 'PASSWORD' } },
  ]
  const env = { PASSWORD: password }

  it('is sent to its own host alone, also after a redirect', async () => {
    answers = {
      '/index.yaml': indexOf('web.tgz'),
      '/web.tgz': (response) => response.writeHead(302, { location: `${other.url}/web.tgz` }).end(),
    }
    await pull({ allow: [server.url, other.url], logins: logins(), env })
    expect(server.requests.map(({ authorization }) => authorization !== undefined)).toEqual([true, true])
    expect(other.requests).toEqual([{ path: '/web.tgz', authorization: undefined }])
  })

  it('is struck out of every output, in whatever form a server prints it', async () => {
    const header = Buffer.from(`ann:${password}`).toString('base64')
    answers = { '/index.yaml': (response) => response.writeHead(200).end('{') }
    await failure(pull({ logins: logins(), env }))
    expect(redacted(`${password} ${header}`)).toBe('*** ***')
  })

  it('of a registry gets a token for it, and the token is not shown either', async () => {
    const token = 'a-token-of-the-registry'
    const digest = `sha256:${sha256(chart())}`
    const layer = { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest }
    const asked = (answer: string | Uint8Array) => (response: ServerResponse, request: IncomingMessage) => {
      const realm = `Bearer realm="${server.url}/token",service="lab",scope="repository:web:pull"`
      if (request.headers.authorization === `Bearer ${token}`) response.writeHead(200).end(answer)
      else response.writeHead(401, { 'www-authenticate': realm }).end()
    }
    answers = {
      '/v2/web/manifests/1.0.0': asked(JSON.stringify({ layers: [layer] })),
      [`/v2/web/blobs/${digest}`]: asked(chart()),
      '/token': (response, request) => {
        const isAnn = request.headers.authorization?.startsWith('Basic ') === true
        response.writeHead(isAnn ? 200 : 401).end(JSON.stringify({ token }))
      },
    }
    const reference = {
      repository: server.url.replace('http:', 'oci:'),
      name: 'web',
      artifact: { tag: '1.0.0' },
    }
    const store = storeWith({ allow: [server.url], logins: logins(), env })
    expect(await store.chart(reference)).toMatchObject({ version: '1.0.0' })
    expect(server.requests.filter(({ path }) => path === '/token').length).toBe(1)
    expect(redacted(token)).toBe('***')
    expect(await failure(storeWith({ allow: [server.url] }).chart(reference))).toContain('HTTP 401')
  })

  it('or certificate that cannot be used is a named failure', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tortoise-login-')), 'secret')
    writeFileSync(file, 'no certificate')
    const secure = { host: 'charts.example.com', tls: { caFile: file, certFile: file, keyFile: file } }
    const store = storeWith({ allow: ['charts.example.com', '127.0.0.1'], logins: [secure] })
    expect(await failure(store.chart({ repository: 'https://charts.example.com', name: 'web' }))).toMatch(
      /charts.example.com\/index.yaml: .*\(ERR_\w+\)/,
    )
    writeFileSync(file, 'two\nlines')
    const odd = [{ host: `127.0.0.1:${server.port}`, tokenFile: file }]
    expect(await failure(pull({ logins: odd }))).toContain('ERR_INVALID_CHAR')
  })

  it('that is incomplete is named, without its value', async () => {
    expect(await failure(pull({ logins: logins() }))).toContain(
      'the environment variable PASSWORD is not set',
    )
    const missing = [{ host: `127.0.0.1:${server.port}`, tokenFile: '/nowhere' }]
    expect(await failure(pull({ logins: missing }))).toContain('the file /nowhere cannot be read')
  })
})

describe('a name that a repository gives', () => {
  it.each([
    { repository: 'file:///etc', name: 'web' },
    { repository: 'https://ann:secret@example.com', name: 'web' },
    { repository: '--repo', name: 'web' },
    { repository: 'https://example.com', name: '--plugins' },
    { repository: 'https://example.com', name: '../web' },
    { repository: 'https://example.com', name: 'web', version: '--insecure' },
    { repository: 'https://example.com', name: 'we\nb' },
  ])('never becomes a flag or a path: %j', async (reference) => {
    const message = await failure(storeWith({ allow: ['example.com'] }).chart(reference))
    expect(message).toContain('cannot be a chart in a repository')
    expect(message).not.toContain('secret')
  })
})
