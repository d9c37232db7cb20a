import { randomBytes } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { hasOpenssl } from '../lab/certificates.ts'
import { type LoopbackProxy, startProxy } from '../lab/proxy.ts'
import { hasRegistry } from '../lab/registry/server.ts'
import { type Answers, chart, serve } from '../unit/store/ground.ts'
import {
  bareBuild,
  bareTemplate,
  type ChartsCheckout,
  type ChartsGround,
  checkoutOf,
  demoChart,
  differences,
  operatorSettings,
  recorded,
  secrets,
  startCharts,
  storefront,
} from './charts-ground.ts'

const ready = hasRegistry && hasOpenssl
if (!ready)
  console.warn('no registry (node test/lab/registry/build.mjs builds one) or openssl: charts are not fetched')

const release = (chart: object, values: JsonObject = storefront()) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'storefront', namespace: 'shop' },
  spec: { interval: '10m', ...chart, values },
})
const source = (kind: string, spec: object) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'shop', namespace: 'flux-system' },
  spec: { interval: '1h', ...spec },
})
const fromRepository = (version: string) => ({
  chart: {
    spec: {
      chart: 'web',
      version,
      sourceRef: { kind: 'HelmRepository', name: 'shop', namespace: 'flux-system' },
    },
  },
})
const inRelease = ['spec', 'values']

/** Values over others, as Helm merges them. */
const merged = (under: unknown, over: unknown): unknown => {
  const isMap = (one: unknown): one is Record<string, unknown> => typeof one === 'object' && one !== null
  if (!isMap(under) || !isMap(over)) return over ?? under
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])]
  return Object.fromEntries(keys.map((key) => [key, merged(under[key], over[key])]))
}

const byReference = { chartRef: { kind: 'OCIRepository', name: 'shop', namespace: 'flux-system' } }

describe.skipIf(!ready)('charts from elsewhere', () => {
  let ground: ChartsGround
  const git = { base: { root: '', url: '' }, shared: { root: '', url: '' } }
  beforeAll(async () => {
    ground = await startCharts()
    git.base = ground.publish('base', {
      'overlay/kustomization.yaml': stringify({ resources: ['../base'] }),
      'base/kustomization.yaml': stringify({ resources: ['web.yaml'] }),
      'base/web.yaml': texts(
        ...bareTemplate(ground.directory, ground.archive('0.7.2'), storefront()),
      ).replaceAll(/^ {2}namespace: shop\n/gm, ''),
    })
    git.shared = ground.publish('shared', {
      ...demoChart('charts/web'),
      'envs/storefront.yaml': stringify(storefront()),
    })
  })
  afterAll(() => ground.close())

  const file = 'apps/prod/release.yaml'
  const texts = (...objects: readonly object[]) => objects.map((one) => stringify(one)).join('---\n')
  const checkout = (...objects: readonly object[]): ChartsCheckout =>
    checkoutOf(ground, { [file]: texts(...objects) })
  const valuesIn = (text: string, path: readonly string[]): unknown =>
    parseAllDocuments(text)
      .map((one) => one.getIn(path) as { toJSON(): unknown } | undefined)
      .find((one) => one !== undefined)
      ?.toJSON()

  const allRequests = () => ({
    http: ground.http.requests.length,
    registry: ground.registry.requests().length,
    git: ground.gitServer.requests.length,
  })

  /**
   * Plans and runs: what a bare program prints differently for the commit, beside what the plan intended. A second plan
   * contacts no server.
   */
  async function delivered(one: ChartsCheckout, render: () => readonly JsonObject[]) {
    const before = render()
    const plan = await one.run(['plan', ...recorded, '-o', 'json'])
    expect(plan).toMatchObject({ status: 0 })
    const { changes, skipped } = JSON.parse(plan.stdout)
    const intended = changes.map(({ from, to }: { from: unknown; to: unknown }) => `${from} → ${to}`)
    expect(intended, JSON.stringify(skipped)).not.toEqual([])
    const run = await one.run(['run', ...recorded])
    expect(run).toMatchObject({ status: 0 })
    for (const { stdout, stderr } of [plan, run]) {
      expect(stdout + stderr).not.toContain('.tortoise-store')
      for (const secret of secrets(ground)) expect(stdout + stderr).not.toContain(secret)
    }
    const changed = differences(before, render()).map((line) => line.replace(/^[^:]*: /, ''))
    const requests = allRequests()
    const second = await one.run(['plan', ...recorded, '-o', 'json'])
    expect(JSON.parse(second.stdout).changes).toEqual([])
    expect(allRequests()).toEqual(requests)
    return { plan, intended: [...intended].sort(), changed: [...changed].sort() }
  }

  const templated =
    (one: ChartsCheckout, version: string, path: readonly string[] = ['spec', 'values']) =>
    () =>
      postRendered(
        one,
        bareTemplate(ground.directory, ground.archive(version), valuesIn(one.read(file), path)),
      )
  /** Objects with the patches of the release's post-renderers, by the bare kustomize. */
  function postRendered(one: ChartsCheckout, objects: readonly JsonObject[]): readonly JsonObject[] {
    const directory = mkdtempSync(join(ground.directory, 'post-'))
    const steps = valuesIn(one.read(file), ['spec', 'postRenderers']) as
      | { kustomize: { patches: JsonObject[] } }[]
      | undefined
    const patches = steps?.flatMap(({ kustomize }) => kustomize.patches) ?? []
    writeFileSync(join(directory, 'all.yaml'), texts(...objects))
    writeFileSync(join(directory, 'kustomization.yaml'), stringify({ resources: ['all.yaml'], patches }))
    return bareBuild(directory)
  }

  const helmRepository = () => source('HelmRepository', { url: ground.http.url })
  const ociRepository = (ref: object) => () =>
    source('OCIRepository', { url: `oci://${ground.registry.host}/team/web`, ref })
  const kinds = [
    ['a HelmRepository', helmRepository, fromRepository('0.7.2'), '0.7.2'],
    ['a HelmRepository and a range', helmRepository, fromRepository('0.x'), '0.9.0'],
    [
      'a HelmRepository of type oci',
      () => source('HelmRepository', { type: 'oci', url: `oci://${ground.registry.host}/team` }),
      fromRepository('>=0.7.0 <0.8.0'),
      '0.7.2',
    ],
    ['an OCIRepository with a tag', ociRepository({ tag: '0.7.2' }), byReference, '0.7.2'],
    ['an OCIRepository with a range', ociRepository({ semver: '*' }), byReference, '0.9.0'],
  ] as const

  it.each(kinds)(
    '%s: what run commits renders with bare Helm as planned',
    async (_, repository, chart, version) => {
      const one = checkout(repository(), release(chart))
      const { intended, changed } = await delivered(one, templated(one, version))
      expect(changed).toEqual(intended)
    },
  )

  const application = (spec: object) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'storefront', namespace: 'argocd' },
    spec: { destination: { namespace: 'shop' }, ...spec },
  })
  const helmValues = ['spec', 'source', 'helm', 'valuesObject']

  it.each([
    ['a chart repository', () => ground.http.url],
    ['a registry', () => `${ground.registry.host}/team`],
  ])('an Application with a chart of %s', async (_, repoURL) => {
    const helm = { valuesObject: storefront() }
    const one = checkout(
      application({ source: { repoURL: repoURL(), chart: 'web', targetRevision: '0.7.*', helm } }),
    )
    const { intended, changed } = await delivered(one, templated(one, '0.7.2', helmValues))
    expect(changed).toEqual(intended)
  })

  it('an Application with a chart and the values of this repository', async () => {
    const values = 'apps/values/storefront.yaml'
    const own = { repoURL: 'https://git.example.com/shop/gitops.git', targetRevision: 'main', ref: 'values' }
    const chart = { repoURL: ground.http.url, chart: 'web', targetRevision: '0.8.0' }
    const sources = [{ ...chart, helm: { valueFiles: [`$values/${values}`] } }, own]
    const one = checkoutOf(ground, {
      [file]: texts(application({ sources })),
      [values]: stringify(storefront()),
    })
    const render = () =>
      bareTemplate(ground.directory, ground.archive('0.8.0'), valuesIn(one.read(values), []))
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it.each(['0.7.2', undefined])('a dependency of a chart, pinned by Chart.lock to %s', async (locked) => {
    const dependency = { name: 'web', alias: 'front', version: '0.x', repository: ground.http.url }
    const lock = { dependencies: [{ name: 'web', repository: ground.http.url, version: locked }] }
    const one = checkoutOf(ground, {
      'tortoise.yaml': stringify({
        sources: [{ path: 'charts/shop', release: 'storefront', cluster: 'prod', namespace: 'shop' }],
        deliver: { mode: 'direct' },
      }),
      'charts/shop/Chart.yaml': stringify({
        apiVersion: 'v2',
        name: 'shop',
        version: '1.0.0',
        dependencies: [dependency],
      }),
      ...(locked === undefined ? {} : { 'charts/shop/Chart.lock': stringify(lock) }),
      'charts/shop/values.yaml': stringify({ front: { nameOverride: 'storefront', ...storefront() } }),
    })
    const render = () => {
      const copy = join(mkdtempSync(join(ground.directory, 'shop-')), 'shop')
      cpSync(join(one.root, 'charts/shop'), copy, { recursive: true })
      mkdirSync(join(copy, 'charts'))
      copyFileSync(ground.archive(locked ?? '0.9.0'), join(copy, 'charts/web.tgz'))
      return bareTemplate(ground.directory, copy, {})
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a chart of a kustomization', async () => {
    const chart = {
      name: 'web',
      repo: ground.http.url,
      version: '0.7.2',
      releaseName: 'storefront',
      namespace: 'shop',
      valuesFile: 'values.yaml',
    }
    const one = checkoutOf(ground, {
      'apps/prod/kustomization.yaml': stringify({ helmCharts: [chart] }),
      'apps/prod/values.yaml': stringify(storefront()),
    })
    const render = () =>
      bareTemplate(ground.directory, ground.archive('0.7.2'), valuesIn(one.read('apps/prod/values.yaml'), []))
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it.each([
    ['a chart repository', () => ({ name: 'shop', url: ground.http.url }), 'shop/web'],
    ['a registry', () => ({ name: 'shop', url: `${ground.registry.host}/team`, oci: true }), 'shop/web'],
  ])('a release of a helmfile with a chart of %s', async (_, repository, chart) => {
    const path = 'apps/prod/helmfile.yaml'
    const released = {
      name: 'storefront',
      namespace: 'shop',
      chart,
      version: '0.7.x',
      values: [storefront()],
    }
    const one = checkoutOf(ground, {
      'tortoise.yaml': stringify({
        sources: [{ path, cluster: 'prod', namespace: 'shop' }],
        deliver: { mode: 'direct' },
      }),
      [path]: stringify({ repositories: [repository()], releases: [released] }),
    })
    const render = () => {
      const values = valuesIn(one.read(path), ['releases', '0', 'values', '0'])
      return bareTemplate(ground.directory, ground.archive('0.7.2'), values)
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a remote base of a kustomization', async () => {
    const { root, url } = git.base
    const one = checkoutOf(ground, {
      'apps/prod/kustomization.yaml': stringify({
        namespace: 'shop',
        resources: [`${url}//overlay?ref=v1`],
      }),
    })
    const render = () => {
      const copy = mkdtempSync(join(ground.directory, 'kustomize-'))
      cpSync(root, join(copy, 'base'), { recursive: true })
      const text = one
        .read('apps/prod/kustomization.yaml')
        .replace(`${url}//overlay?ref=v1`, '../base/overlay')
      mkdirSync(join(copy, 'prod'))
      writeFileSync(join(copy, 'prod/kustomization.yaml'), text)
      return bareBuild(join(copy, 'prod'))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a chart in another GitRepository', async () => {
    const repository = source('GitRepository', { url: git.shared.url, ref: { tag: 'v1' } })
    const sourceRef = { kind: 'GitRepository', name: 'shop', namespace: 'flux-system' }
    const one = checkout(repository, release({ chart: { spec: { chart: './charts/web', sourceRef } } }))
    const render = () =>
      postRendered(
        one,
        bareTemplate(
          ground.directory,
          join(git.shared.root, 'charts/web'),
          valuesIn(one.read(file), inRelease),
        ),
      )
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a chart default in another GitRepository is overridden in the release', async () => {
    const repository = source('GitRepository', { url: git.shared.url, ref: { branch: 'main' } })
    const sourceRef = { kind: 'GitRepository', name: 'shop', namespace: 'flux-system' }
    const valuesFiles = ['./charts/web/values.yaml', './envs/storefront.yaml']
    const chart = { chart: { spec: { chart: './charts/web', sourceRef, valuesFiles } } }
    const one = checkout(repository, release(chart, {}))
    const render = () => {
      const own = valuesIn(one.read(file), inRelease)
      const chart = join(git.shared.root, 'charts/web')
      return postRendered(one, bareTemplate(ground.directory, chart, merged(storefront(), own)))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a kustomization in another repository gets its patches in the Application', async () => {
    const one = checkout(
      application({ source: { repoURL: git.base.url, path: 'overlay', targetRevision: 'v1' } }),
    )
    const render = () => {
      const patches = valuesIn(one.read(file), ['spec', 'source', 'kustomize', 'patches'])
      const copy = mkdtempSync(join(ground.directory, 'patched-'))
      cpSync(git.base.root, copy, { recursive: true })
      writeFileSync(join(copy, 'overlay/kustomization.yaml'), stringify({ resources: ['../base'], patches }))
      return bareBuild(join(copy, 'overlay'))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a kustomization in another repository gets its patches in the Flux Kustomization', async () => {
    const repository = source('GitRepository', { url: git.base.url, ref: { tag: 'v1' } })
    const sourceRef = { kind: 'GitRepository', name: 'shop' }
    const spec = { interval: '10m', path: './overlay', prune: true, targetNamespace: 'shop', sourceRef }
    const one = checkout(repository, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'storefront', namespace: 'flux-system' },
      spec,
    })
    const render = () => {
      const patches = valuesIn(one.read(file), ['spec', 'patches'])
      const copy = mkdtempSync(join(ground.directory, 'flux-'))
      cpSync(git.base.root, copy, { recursive: true })
      writeFileSync(join(copy, 'overlay/kustomization.yaml'), stringify({ resources: ['../base'], patches }))
      return bareBuild(join(copy, 'overlay'))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('values of another repository are overridden in the Application', async () => {
    const values = { repoURL: git.shared.url, targetRevision: 'v1', ref: 'values' }
    const chart = { repoURL: ground.http.url, chart: 'web', targetRevision: '0.8.0' }
    const helm = { valueFiles: ['$values/envs/storefront.yaml'] }
    const one = checkout(application({ sources: [{ ...chart, helm }, values] }))
    const render = () => {
      const own = valuesIn(one.read(file), ['spec', 'sources', '0', 'helm', 'valuesObject'])
      return bareTemplate(ground.directory, ground.archive('0.8.0'), merged(storefront(), own))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a default of the chart is overridden in the release, and named by its chart', async () => {
    const { resources: _, ...values } = storefront()
    const one = checkout(helmRepository(), release(fromRepository('0.9.0'), values))
    const trace = await one.run(['trace', file])
    expect(trace.stdout).toMatch(
      /hard-coded in the chart's template web 0\.9\.0 from https:\S+: web\/templates\/deployment\.yaml;/,
    )
    const { intended, changed } = await delivered(one, templated(one, '0.9.0'))
    expect(changed).toEqual(intended)
  })

  it('a second run contacts no server, and nothing is left to change', async () => {
    const one = checkout(source('HelmRepository', { url: ground.http.url }), release(fromRepository('0.x')))
    await one.run(['run', ...recorded])
    const requests = ground.http.requests.length
    const second = await one.run(['plan', ...recorded, '-o', 'json'])
    expect(JSON.parse(second.stdout).changes).toEqual([])
    expect(ground.http.requests.length).toBe(requests)
  })

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
  const reasons = (stdout: string): readonly string[] =>
    JSON.parse(stdout).skipped.map(({ reason }: { reason: string }) => reason)

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
      const files = { [file]: texts(...objects()), 'apps/prod/kustomization.yaml': kustomization }
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
      const one = checkoutOf(ground, { [file]: other })
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
    const files = { 'tortoise.yaml': stringify(own), [file]: texts(...objects) }
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
