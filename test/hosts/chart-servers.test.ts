import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { hasOpenssl } from '../lab/certificates.ts'
import { type LoopbackProxy, startProxy } from '../lab/proxy.ts'
import { hasRegistry } from '../lab/registry/server.ts'
import { type Answers, chart, serve } from '../unit/store/ground.ts'
import { fromRepository, release, releaseFile, source, texts } from './chart-objects.ts'
import {
  type ChartsCheckout,
  type ChartsGround,
  checkoutOf,
  demoChart,
  operatorSettings,
  recorded,
  startCharts,
} from './charts-ground.ts'

const ready = hasRegistry && hasOpenssl
if (!ready)
  console.warn(
    'no registry (node test/lab/registry/build.mjs builds one) or openssl: no chart server is asked',
  )

/** The reasons with which a plan skipped values. */
const reasons = (stdout: string): readonly string[] =>
  JSON.parse(stdout).skipped.map(({ reason }: { reason: string }) => reason)

describe.skipIf(!ready)('servers of charts', () => {
  let ground: ChartsGround
  beforeAll(async () => {
    ground = await startCharts()
    ground.publish('base', {
      'overlay/kustomization.yaml': stringify({ resources: ['web.yaml'] }),
      'overlay/web.yaml': stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
    })
  })
  afterAll(() => ground.close())

  const checkout = (...objects: readonly object[]): ChartsCheckout =>
    checkoutOf(ground, { [releaseFile]: texts(...objects) })
  const helmRepository = () => source('HelmRepository', { url: ground.http.url })

  it('a host that is not allowed is not contacted, and the message has the line to add', async () => {
    const one = checkout(source('HelmRepository', { url: ground.http.url }), release(fromRepository('0.x')))
    const requests = ground.http.requests.length
    const plan = await one.run(['plan', ...recorded], { operator: operatorSettings(ground, { allow: [] }) })
    expect(plan.status).toBe(0)
    expect(plan.stdout + plan.stderr).toContain(`charts: { allow: ["${ground.http.host}"] }`)
    expect(ground.http.requests.length).toBe(requests)
  })

  const index = (url: string, digest = '') =>
    stringify({
      apiVersion: 'v1',
      entries: { web: [{ apiVersion: 'v2', name: 'web', version: '1.0.0', urls: [url], digest }] },
    })
  const sound = () => chart({ path: 'web/templates/x.yaml', text: randomBytes(4000).toString('hex') })
  const hostile: readonly (readonly [string, () => Answers, RegExp])[] = [
    ['that redirects elsewhere', () => ({ '/index.yaml': redirect }), /charts\.example\.net/],
    [
      'whose archive has another digest',
      () => ({ '/index.yaml': index('web.tgz', 'ab'.repeat(32)), '/web.tgz': sound() }),
      /its digest is sha256:\w+, and the index says/,
    ],
    [
      'with a bomb',
      () => ({
        '/index.yaml': index('web.tgz'),
        '/web.tgz': chart({ path: 'web/x', text: Buffer.alloc(8 * 1024 ** 2) }),
      }),
      /larger than 4 MiB unpacked/,
    ],
    ['that is slow', () => ({ '/index.yaml': slow }), /the server took longer than/],
    [
      'whose archive is truncated',
      () => ({ '/index.yaml': index('web.tgz'), '/web.tgz': sound().subarray(0, 2000) }),
      /it is truncated/,
    ],
    ['that answers with a page', () => ({ '/index.yaml': '<html>please log in</html>' }), /index/],
  ]
  function redirect(response: ServerResponse): void {
    response.writeHead(302, { location: 'https://charts.example.net/index.yaml' }).end()
  }
  function slow(response: ServerResponse): void {
    response.writeHead(200).write('apiVersion: v1\n')
  }
  const failing = (url: string) => {
    const sourceRef = { kind: 'HelmRepository', name: 'bad', namespace: 'flux-system' }
    const chosen = { chart: { spec: { chart: 'web', version: '1.0.0', sourceRef } } }
    const metadata = { name: 'broken', namespace: 'shop' }
    return [
      { ...source('HelmRepository', { url }), metadata: { name: 'bad', namespace: 'flux-system' } },
      { ...release(chosen), metadata },
    ]
  }
  it('a server that is not there stops its own source alone', async () => {
    const one = checkout(
      helmRepository(),
      release(fromRepository('0.7.2')),
      ...failing('https://127.0.0.1:9/x'),
    )
    const operator = operatorSettings(ground, { allow: [ground.http.host, '127.0.0.1:9'] })
    const plan = await one.run(['plan', ...recorded, '-o', 'json'], { operator })
    expect(JSON.parse(plan.stdout).changes.length).toBeGreaterThan(0)
    expect(reasons(plan.stdout)).toContainEqual(
      expect.stringMatching(
        /^its chart web 1.0.0 of https:\/\/127.0.0.1:9\/x is not fetched: .* refuses connections/,
      ),
    )
  })

  it.each(hostile)('a server %s stops its own source alone', async (_, answers, message) => {
    const server = await serve(answers)
    const one = checkout(helmRepository(), release(fromRepository('0.7.2')), ...failing(server.url))
    const limits = { unpackedMiB: 4, seconds: 2 }
    const operator = operatorSettings(ground, { allow: [ground.http.host, server.url], limits })
    const plan = await one.run(['plan', ...recorded, '-o', 'json'], { operator })
    await server.close()
    expect(JSON.parse(plan.stdout).changes.length).toBeGreaterThan(0)
    expect(reasons(plan.stdout)).toContainEqual(
      expect.stringMatching(/^its chart web 1.0.0 of http:\/\/127.0.0.1:\d+ is not fetched: /),
    )
    expect(reasons(plan.stdout).join('\n')).toMatch(message)
  })

  describe('behind a proxy of the network', () => {
    let proxy: LoopbackProxy
    beforeAll(async () => {
      const [charts, sources] = [ground.http.url, ground.gitServer.url].map((url) =>
        Number(new URL(url).port),
      )
      proxy = await startProxy({ 'charts.example.net': charts ?? 0, 'git.example.net': sources ?? 0 })
    })
    afterAll(() => proxy.close())

    const operator = (allow: readonly string[]): JsonObject => ({
      charts: {
        allow,
        credentials: [
          { ...login(), host: 'charts.example.net', tls: { caFile: ground.http.certificate?.caFile ?? '' } },
          {
            host: 'git.example.net',
            basic: { username: 'x-access-token', passwordEnv: 'SOURCES_TOKEN' },
          },
        ],
      },
    })
    const login = () => ({ basic: { username: 'ann', passwordEnv: 'CHARTS_PASSWORD' } })
    const objects = () => [
      source('HelmRepository', { url: 'https://charts.example.net' }),
      release(fromRepository('0.7.2')),
    ]

    it('charts and Git sources come through it, and nothing that is not allowed is asked for', async () => {
      const kustomization = stringify({
        resources: ['release.yaml', 'http://git.example.net/base.git//overlay?ref=v1'],
      })
      const env = { HTTPS_PROXY: proxy.url, http_proxy: proxy.url }
      const files = { [releaseFile]: texts(...objects()), 'apps/prod/kustomization.yaml': kustomization }
      const before = proxy.asked.length
      const refused = await checkoutOf(ground, files).run(['plan', ...recorded, '-o', 'json'], {
        operator: operator(['http://git.example.net']),
        env,
      })
      expect(refused.stdout).toContain('charts.allow does not list charts.example.net')
      expect(new Set(proxy.asked.slice(before))).toEqual(
        new Set(['GET git.example.net', 'POST git.example.net']),
      )
      const plan = await checkoutOf(ground, files).run(['plan', ...recorded, '-o', 'json'], {
        operator: operator(['charts.example.net', 'http://git.example.net']),
        env,
      })
      expect(JSON.parse(plan.stdout).fetched).toEqual([
        expect.stringMatching(/^git.example.net\/base.git at /),
        'web 0.7.2 from https://charts.example.net',
      ])
      expect(JSON.parse(plan.stdout).changes.length).toBeGreaterThan(0)
      expect(proxy.asked).toContain('CONNECT charts.example.net')
    })

    it.each<[string, Readonly<Record<string, string>>, RegExp]>([
      ['refuses', { HTTPS_PROXY: 'PROXY' }, /the proxy 127.0.0.1:\d+ refuses to connect to it \(HTTP 502\)/],
      [
        'is not there',
        { HTTPS_PROXY: 'http://ann:hidden-word@127.0.0.1:9' },
        /the proxy 127.0.0.1:9 cannot be reached/,
      ],
      [
        'is no proxy for HTTP',
        { HTTPS_PROXY: 'socks5://ann:hidden-word@proxy' },
        /HTTPS_PROXY is not the URL of a proxy/,
      ],
      [
        'is not for this host',
        { HTTPS_PROXY: 'PROXY', NO_PROXY: '.example.org' },
        /the name of the server (is not known|cannot be resolved now)/,
      ],
    ])('one that %s stops the source alone', async (_, given, message) => {
      const env = {
        ...given,
        HTTPS_PROXY: given['HTTPS_PROXY'] === 'PROXY' ? proxy.url : (given['HTTPS_PROXY'] ?? ''),
      }
      const other = texts(
        source('HelmRepository', { url: 'https://other.example.org' }),
        release(fromRepository('0.7.2')),
      )
      const one = checkoutOf(ground, { [releaseFile]: other })
      const plan = await one.run(['plan', ...recorded, '-o', 'json'], {
        operator: operator(['other.example.org']),
        env,
      })
      expect(reasons(plan.stdout).join('\n')).toMatch(message)
      expect(plan.stdout + plan.stderr).not.toContain('hidden-word')
    })
  })

  it('offline uses the cache, and names what is missing', async () => {
    const one = checkout(helmRepository(), release(fromRepository('0.x')))
    const operator = operatorSettings(ground, { offline: true })
    const missing = await one.run(['plan', ...recorded, '-o', 'json'], { operator })
    expect(missing.stdout).toContain('is not in the cache')
    await one.run(['plan', ...recorded])
    const requests = ground.http.requests.length
    const plan = await one.run(['plan', ...recorded, '-o', 'json'], { operator })
    expect(JSON.parse(plan.stdout).changes.length).toBeGreaterThan(0)
    expect(JSON.parse(plan.stdout).fetched).toEqual([
      `web 0.9.0 from ${ground.http.url}, the newest version in 0.x`,
    ])
    expect(ground.http.requests.length).toBe(requests)
  })

  it('a repository cannot allow servers, but names its directories of charts', async () => {
    const { charts } = operatorSettings(ground) as { charts: object }
    const own = {
      sources: [{ path: 'apps/prod', cluster: 'prod', namespace: 'shop' }],
      charts: { ...charts, directories: ['vendor'] },
      deliver: { mode: 'direct' },
    }
    const objects = [helmRepository(), release(fromRepository('0.x'))]
    const files = { 'tortoise.yaml': stringify(own), [releaseFile]: texts(...objects) }
    const requests = ground.http.requests.length
    const refused = await checkoutOf(ground, files).run(['plan', ...recorded, '-o', 'json'], { operator: {} })
    expect(JSON.parse(refused.stdout).changes).toEqual([])
    expect(refused.stderr).toContain('charts.allow is not used: no repository may set it')
    const vendored = checkoutOf(ground, { ...files, ...demoChart('vendor/web') })
    const plan = await vendored.run(['plan', ...recorded, '-o', 'json'], { operator: {} })
    expect(JSON.parse(plan.stdout).changes.length).toBeGreaterThan(0)
    expect(ground.http.requests.length).toBe(requests)
  })

  it('init names the servers, and fetches from them with a flag', async () => {
    const one = checkout(helmRepository(), release(fromRepository('0.x')))
    const login = operatorSettings(ground, { allow: [] })
    const named = await one.run(['init', '--offline', '--force'], { operator: login })
    expect(named.stdout + named.stderr).toContain(`charts: { allow: ["${ground.http.host}"] }`)
    const fetched = await one.run(['init', '--offline', '--force', '--fetch-charts'], { operator: login })
    expect(fetched).toMatchObject({ status: 0 })
    expect(fetched.stdout).toContain(`- ${ground.http.host}`)
    expect(one.read('tortoise.yaml')).toContain('path: apps/prod')
  })

  it('a job for a pull request fetches nothing, and doctor names what is used', async () => {
    const one = checkout(helmRepository(), release(fromRepository('0.7.2')))
    const requests = ground.http.requests.length
    const event = { GITHUB_EVENT_NAME: 'pull_request' }
    const plan = await one.run(['plan', ...recorded, '-o', 'json'], { env: event })
    expect(plan.stdout).toContain('is not in the cache, and nothing is fetched here')
    expect(ground.http.requests.length).toBe(requests)
    const doctor = await one.run(['doctor', '-o', 'json'])
    expect(doctor.stdout).toContain(`Uses web 0.7.2 from ${ground.http.url}`)
    const closed = await one.run(['doctor'], {
      operator: operatorSettings(ground, { allow: [] }),
      env: event,
    })
    expect(closed.stdout).not.toContain('Uses web 0.7.2 from http://')
  })
})
