import { copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { hasOpenssl } from '../lab/certificates.ts'
import { hasRegistry } from '../lab/registry/server.ts'
import { fromRepository, release, releaseFile, source, texts } from './chart-objects.ts'
import {
  bareBuild,
  bareTemplate,
  type ChartsCheckout,
  type ChartsGround,
  checkoutOf,
  demoChart,
  differences,
  recorded,
  secrets,
  startCharts,
  storefront,
} from './charts-ground.ts'

const ready = hasRegistry && hasOpenssl
if (!ready)
  console.warn('no registry (node test/lab/registry/build.mjs builds one) or openssl: charts are not fetched')

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

  const checkout = (...objects: readonly object[]): ChartsCheckout =>
    checkoutOf(ground, { [releaseFile]: texts(...objects) })
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
        bareTemplate(ground.directory, ground.archive(version), valuesIn(one.read(releaseFile), path)),
      )
  /** Objects with the patches of the release's post-renderers, by the bare kustomize. */
  function postRendered(one: ChartsCheckout, objects: readonly JsonObject[]): readonly JsonObject[] {
    const directory = mkdtempSync(join(ground.directory, 'post-'))
    const steps = valuesIn(one.read(releaseFile), ['spec', 'postRenderers']) as
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
      [releaseFile]: texts(application({ sources })),
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
          valuesIn(one.read(releaseFile), inRelease),
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
      const own = valuesIn(one.read(releaseFile), inRelease)
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
      const patches = valuesIn(one.read(releaseFile), ['spec', 'source', 'kustomize', 'patches'])
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
      const patches = valuesIn(one.read(releaseFile), ['spec', 'patches'])
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
      const own = valuesIn(one.read(releaseFile), ['spec', 'sources', '0', 'helm', 'valuesObject'])
      return bareTemplate(ground.directory, ground.archive('0.8.0'), merged(storefront(), own))
    }
    const { intended, changed } = await delivered(one, render)
    expect(changed).toEqual(intended)
  })

  it('a default of the chart is overridden in the release, and named by its chart', async () => {
    const { resources: _, ...values } = storefront()
    const one = checkout(helmRepository(), release(fromRepository('0.9.0'), values))
    const trace = await one.run(['trace', releaseFile])
    expect(trace.stdout).toMatch(
      /hard-coded in the chart's template web 0\.9\.0 from https:\S+: web\/templates\/deployment\.yaml;/,
    )
    const { intended, changed } = await delivered(one, templated(one, '0.9.0'))
    expect(changed).toEqual(intended)
  })
})
