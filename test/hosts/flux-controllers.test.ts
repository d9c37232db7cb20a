import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { valueAt } from '../../plugin/model/json.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { type FluxControllers, hasFlux, startFlux } from '../lab/flux/controllers.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { programDirectory } from '../lab/programs.mjs'
import { demoChart, storefront } from './charts-ground.ts'
import { git, tortoise } from './program.ts'

const ready = hasControlPlane() && hasFlux()
if (!ready)
  console.warn(
    'no kube-apiserver (npm run lab:setup) or no controllers of Flux (node test/lab/flux/build.mjs)',
  )

const flux = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories'
const deploymentsIn = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`
const reference = { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' }

describe.skipIf(!ready)('a chart in a GitRepository that Flux rolls out', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-rollout-'))
  const root = join(work, 'gitops')
  let plane: ControlPlane
  let server: GitServer
  let controllers: FluxControllers

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const commit = (message: string): string => {
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', `--message=${message}`)
    git(root, 'push', '--quiet', 'origin', 'main')
    return git(root, 'rev-parse', 'HEAD').trim()
  }

  beforeAll(async () => {
    server = await startGitServer(join(work, 'git'))
    plane = await startControlPlane()
    controllers = await startFlux(plane)
    for (const name of ['flux-system', 'shop'])
      await plane.call('POST', '/api/v1/namespaces', { metadata: { name } })
    const release = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'storefront', namespace: 'shop' },
      spec: {
        interval: '10s',
        // No controller here makes pods of a Deployment.
        install: { disableWait: true },
        upgrade: { disableWait: true },
        chart: { spec: { chart: './charts/web', interval: '1s', sourceRef: reference } },
        values: { image: storefront()['image'] ?? {} },
      },
    }
    const url = `${server.url}/gitops.git`
    for (const [file, text] of Object.entries({
      ...demoChart('charts/web'),
      'clusters/prod/release.yaml': stringify(release),
      'tortoise.yaml': stringify({ deliver: { repositories: [url] } }),
    }))
      write(file, text)
    git(work, 'init', '--quiet', '--bare', '--initial-branch=main', join(work, 'git/gitops.git'))
    git(root, 'init', '--quiet', '--initial-branch=main')
    git(root, 'remote', 'add', 'origin', join(work, 'git/gitops.git'))
    setSizes('100m')
    commit('as it was')
    await plane.call('POST', '/api/v1/namespaces/flux-system/secrets', {
      metadata: { name: 'login' },
      stringData: { username: 'x-access-token', password: server.token },
    })
    await plane.call('POST', flux, {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'flux-system' },
      spec: { interval: '1s', url, ref: { branch: 'main' }, secretRef: { name: 'login' } },
    })
    await plane.call('POST', '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations', {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'prod' },
      spec: { interval: '1s', path: './clusters/prod', prune: true, sourceRef: reference },
    })
  }, 120_000)
  afterAll(async () => {
    await controllers?.close()
    await plane?.close()
    await server?.close()
    rmSync(work, { recursive: true, force: true })
  })

  const values = 'charts/web/values.yaml'
  /** Sets the CPU request in the values of the chart itself. */
  function setSizes(cpu: string): void {
    const text = readFileSync(join(root, values), 'utf8')
    const sized = `resources:\n  requests: {cpu: ${cpu}, memory: 64Mi}\n`
    write(values, text.replace(/^resources: \{\}\n|^resources:\n .*\n/m, sized))
  }

  async function deployedCpu(namespace = 'shop'): Promise<unknown> {
    const { items } = (await plane.call('GET', deploymentsIn(namespace))) as { items: object[] }
    const inContainer = ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu']
    return valueAt(items[0] as never, inContainer)
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries++) {
      if (tries > 600) throw new Error(`Flux does not get there: ${controllers.said()}`)
      await sleep(200)
    }
  }

  /** Waits until Flux has fetched a commit, and reconciled the release after that. */
  async function reconciled(id: string): Promise<void> {
    await until(async () => {
      const found = await plane.call('GET', '/apis/source.toolkit.fluxcd.io/v1/helmcharts')
      return JSON.stringify(found).includes(`"observedSourceArtifactRevision":"main@sha1:${id}"`)
    })
    await sleep(12_000)
  }

  it('gets a new value in its HelmRelease, since Flux packages an edited chart only with a new version', {
    timeout: 300_000,
  }, async () => {
    await until(async () => (await deployedCpu()) === '100m')

    setSizes('200m')
    await reconciled(commit('An edit of the values of the chart alone'))
    expect(await deployedCpu()).toBe('100m')

    git(root, 'revert', '--no-edit', 'HEAD')
    const source = join(root, 'clusters/prod/release.yaml')
    const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
    const args = [source, '--workload', 'Deployment/storefront', '--set', 'web.requests.cpu=250m']
    const ended = await tortoise(['set', ...args], { cwd: root, env: { PATH: path, HOME: work } })
    expect(ended.stderr).toBe('')
    expect(ended).toMatchObject({ status: 0 })
    expect(git(root, 'diff', '--name-only').trim()).toBe('clusters/prod/release.yaml')
    commit('Sets the request where Flux rolls it out')
    await until(async () => (await deployedCpu()) === '250m')
  })

  it('gets a value for one of two Kustomizations in the patches of their parent, which replaces theirs', {
    timeout: 300_000,
  }, async () => {
    const kustomization = (name: string, spec: object): string =>
      stringify({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name, namespace: 'flux-system' },
        spec: { interval: '1s', prune: true, sourceRef: reference, ...spec },
      })
    const target = { kind: 'HelmRelease' }
    const history = { spec: { maxHistory: 3 } }
    const forAll = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      ...target,
      metadata: { name: 'any' },
      ...history,
    }
    const children = { spec: { patches: [{ target, patch: stringify(forAll) }] } }
    const patch = stringify({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'any' },
      ...children,
    })
    const parent = { path: './fleet', patches: [{ target: { kind: 'Kustomization' }, patch }] }
    write('clusters/prod/fleet.yaml', kustomization('fleet', parent))
    for (const name of ['blue', 'green']) {
      await plane.call('POST', '/api/v1/namespaces', { metadata: { name } })
      write(`fleet/${name}.yaml`, kustomization(name, { path: './apps', targetNamespace: name }))
    }
    const resources = { requests: { cpu: '100m', memory: '64Mi' } }
    const release = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'storefront' },
      spec: {
        interval: '10s',
        install: { disableWait: true },
        upgrade: { disableWait: true },
        chart: { spec: { chart: './charts/web', interval: '1s', sourceRef: reference } },
        values: { image: storefront()['image'] ?? {}, resources },
      },
    }
    write('apps/release.yaml', stringify(release))
    commit('Two Kustomizations of one release')
    await until(async () => (await deployedCpu('blue')) === '100m' && (await deployedCpu('green')) === '100m')

    const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
    const source = join(root, 'clusters/prod/fleet.yaml')
    const args = [source, '--workload', 'blue/Deployment/storefront', '--set', 'web.requests.cpu=250m']
    const ended = await tortoise(['set', ...args], { cwd: root, env: { PATH: path, HOME: work } })
    expect(ended).toMatchObject({ status: 0 })
    expect(git(root, 'diff', '--name-only').trim()).toBe('clusters/prod/fleet.yaml')
    commit('Sets the request of one of them')
    await until(async () => (await deployedCpu('blue')) === '250m')
    expect(await deployedCpu('green')).toBe('100m')
  })
})
