import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { isJsonObject, type JsonObject, valueAt } from '../../plugin/model/json.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { makeReady, runReady } from '../lab/cluster/demo-workloads.ts'
import { recentMetrics } from '../lab/fleet/recent-metrics.ts'
import { type FluxControllers, hasFlux, startFlux } from '../lab/flux/controllers.ts'
import {
  createRelease,
  helm,
  installedObjects,
  type PublishedChart,
  publishChart,
  releasesIn,
} from '../lab/flux/published-chart.ts'
import { freePort } from '../lab/free-port.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { assembleImage } from '../lab/image/assemble.ts'
import type { Started } from '../lab/image/container.ts'
import { readDockerfile } from '../lab/image/dockerfile.ts'
import { type PodSpec, startPod } from '../lab/image/pod.ts'
import { node24 } from '../lab/node24.mjs'
import { programDirectory } from '../lab/programs.mjs'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { hasRegistry, type Registry, startRegistry } from '../lab/registry/server.ts'
import { demoCheckout, git, read } from './program.ts'

const project = join(import.meta.dirname, '../..')
const node = node24()
const missing = [
  ...(hasControlPlane() ? [] : ['kube-apiserver (npm run lab:setup)']),
  ...(hasFlux() ? [] : ['controllers of Flux (node test/lab/flux/build.mjs)']),
  ...(hasRegistry ? [] : ['registry (node test/lab/registry/build.mjs)']),
  ...(hasPrometheus() ? [] : ['prometheus']),
  ...(node === undefined ? ['Node 24 (npm run lab:node)'] : []),
  ...(spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0 ? [] : ['bwrap']),
]
if (missing.length > 0) console.warn(`no ${missing.join(', no ')}: the chart is not installed by Flux`)

const name = 'gitops-tortoise'
const account = `system:serviceaccount:${name}:${name}`
const deployment = `/apis/apps/v1/namespaces/${name}/deployments/${name}`

interface Templated {
  readonly spec: { readonly template: { readonly spec: PodSpec } }
}

describe.skipIf(missing.length > 0)('the chart in a registry that Flux installs', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-chart-flux-'))
  const kubeconfig = join(work, 'kubeconfig')
  const bare = join(work, 'git/shop.git')
  let plane: ControlPlane
  let flux: FluxControllers
  let registry: Registry
  let prometheus: PrometheusLab
  let server: GitServer
  let chart: PublishedChart
  let values: JsonObject
  let pages: string
  let before: readonly string[]
  let pod: Started & {
    readonly said: () => string
    readonly ended: Promise<number | null>
  }

  beforeAll(async () => {
    const { directory, remove } = demoCheckout()
    git(directory, 'clone', '--quiet', '--bare', '.', bare)
    const manifests = execFileSync('kubectl', ['kustomize', join(directory, 'apps/overlays/prod')], {
      encoding: 'utf8',
    })
    remove()
    ;[plane, prometheus, registry, server] = await Promise.all([
      startControlPlane(),
      startPrometheus(recentMetrics('prod')),
      startRegistry(),
      startGitServer(join(work, 'git')),
    ])
    writeFileSync(kubeconfig, plane.kubeconfig())
    flux = await startFlux(plane)
    await runReady(plane, kubeconfig, ['shop', manifests])
    const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await plane.call('POST', '/api/v1/namespaces', { metadata: { name, labels: enforced } })
    await plane.call('POST', `/api/v1/namespaces/${name}/secrets`, {
      metadata: { name: 'tortoise-tokens' },
      stringData: { TORTOISE_GIT_TOKEN: server.token },
    })
    chart = publishChart(project, work, registry)
    const listen = `127.0.0.1:${await freePort()}`
    pages = `http://${listen}`
    values = valuesFor(listen)
    buildImage()
  })
  afterAll(async () => {
    pod?.child.kill('SIGKILL')
    await flux?.close()
    await Promise.all([plane?.close(), prometheus?.close(), registry?.close(), server?.close()])
    rmSync(work, { recursive: true, force: true })
  })

  const valuesFor = (listen: string): JsonObject => ({
    existingSecrets: ['tortoise-tokens'],
    podDisruptionBudget: { enabled: true },
    grafanaDashboard: { enabled: true },
    extraArgs: ['--listen', listen],
    settings: {
      sources: [{ path: 'apps/overlays/prod', cluster: 'prod', namespace: 'shop' }],
      clusters: [{ name: 'prod', prometheus: { url: prometheus.url }, kubernetes: {} }],
      deliver: { mode: 'direct', base: 'main', remote: { url: `${server.url}/shop.git` } },
      serve: { schedules: [{ name: 'often', cron: '*/20 * * * * *' }], jitterSeconds: 0 },
    },
  })

  const image = {
    root: join(work, 'root'),
    recipe: readDockerfile(read(project, 'config/deploy/Dockerfile')),
  }

  function buildImage(): void {
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', work]
    const archive = execFileSync('npm', args, { cwd: project, encoding: 'utf8' }).trim()
    execFileSync('tar', ['-xzf', join(work, archive), '-C', work])
    mkdirSync(image.root)
    const [context, programs] = [join(work, 'package'), [programDirectory('v35')]]
    assembleImage({ recipe: image.recipe, context, programs, node: node ?? '' }, image.root)
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds().catch(() => false)); tries++) {
      if (tries > 900) throw new Error(`${what}: ${pod?.said().slice(-3000)}\n${flux.said()}`)
      await sleep(200)
    }
  }

  /** What `helm template` makes of the packed chart with values. */
  function rendered(of: JsonObject): readonly JsonObject[] {
    const file = join(work, 'values.yaml')
    writeFileSync(file, stringify(of))
    return readObjects(
      '',
      helm(work, ['template', name, chart.archive, '--namespace', name, '--values', file]),
    )
  }

  const sorted = (objects: readonly JsonObject[]): readonly JsonObject[] =>
    objects.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))
  const keyOf = (object: JsonObject): string => `${object['kind']} ${valueAt(object, ['metadata', 'name'])}`

  const kubectl = (...args: readonly string[]): string =>
    execFileSync('kubectl', args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: work },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  /** Names of the objects of every kind in the cluster, events aside; by default those with the label of the release. */
  function present(selector = `--selector=app.kubernetes.io/instance=${name}`): readonly string[] {
    const kinds = kubectl('api-resources', '--verbs=list', '--output=name').trim().split('\n')
    const own = kinds.filter((kind) => !kind.startsWith('events')).join(',')
    return kubectl('get', own, '--all-namespaces', selector, '--output=name').split('\n').filter(Boolean)
  }

  /** Whether Flux says that the release with these values is ready. */
  async function isReady(): Promise<boolean> {
    const found = (await plane.call('GET', `${releasesIn(name)}/${name}`)) as JsonObject
    const conditions = valueAt(found, ['status', 'conditions'])
    const ready = Array.isArray(conditions) && conditions.find((one) => valueAt(one, ['type']) === 'Ready')
    return (
      isJsonObject(ready) &&
      ready['status'] === 'True' &&
      ready['observedGeneration'] === valueAt(found, ['metadata', 'generation'])
    )
  }

  /** Runs a pod of an installed workload. */
  async function startPodOf(workload: Templated): Promise<void> {
    const place = { plane, namespace: name, ...image, directory: work }
    const started = await startPod(place, workload.spec.template.spec)
    let said = ''
    for (const stream of [started.child.stdout, started.child.stderr])
      stream?.on('data', (part) => (said += part))
    const ended = new Promise<number | null>((resolve) => started.child.on('close', resolve))
    pod = { ...started, said: () => said, ended }
  }

  /** Runs the daemon, and reports its Deployment as ready once the probe is answered. */
  async function startDaemon(): Promise<void> {
    await startPodOf((await plane.call('GET', deployment)) as Templated)
    await until('the daemon is not ready', async () => (await fetch(`${pages}/readyz`)).ok)
    await makeReady(plane, deployment)
  }

  it('waits for the daemon to be ready, and then has the objects of helm template', async () => {
    const readme = read(project, 'charts/gitops-tortoise/README.md')
    const source = { readme, url: chart.url, caFile: registry.certificate.caFile }
    before = present('--selector=')
    await createRelease(plane, source, values)
    await until('no Deployment', async () => (await plane.call('GET', deployment)) !== undefined)
    expect(await isReady()).toBe(false)
    plane.audited()
    await startDaemon()
    await until('the release is not ready', isReady)
    const expected = rendered(values)
    expect(sorted(await installedObjects(plane, name))).toEqual(sorted(expected))
    expect(present()).toHaveLength(expected.length)
  })

  it('runs with the account of the chart, from the root file system of the image', async () => {
    await until('no run', async () => pod.said().includes('"msg":"run finished"'))
    expect(git(bare, 'rev-list', '--count', 'main').trim()).toBe('2')
    expect(git(bare, 'log', '-1', '--format=%B', 'main')).toMatch(/^Tortoise-Proof: proved \(1 source\)$/m)
    expect(await (await fetch(`${pages}/healthz`)).text()).toContain('ok')
    expect(await (await fetch(`${pages}/metrics`)).text()).toMatch(/^tortoise_runs_total\{.*\} [1-9]/m)
    expect(await (await fetch(pages)).text()).toContain('Deployment/checkout')
    const own = plane.audited().filter(({ user }) => user === account)
    expect(own.length).toBeGreaterThan(10)
    expect(new Set(own.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
    expect(own.filter(({ status }) => status === 401 || status === 403)).toEqual([])
  })

  it('gets a changed value with an upgrade', async () => {
    const changed = { ...values, resources: { requests: { cpu: '200m' } } }
    pod.signal('SIGTERM')
    expect(await pod.ended).toBe(0)
    await plane.call('PATCH', `${releasesIn(name)}/${name}`, { spec: { values: changed } })
    const cpu = ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu']
    const upgraded = async () => valueAt((await plane.call('GET', deployment)) as JsonObject, cpu) === '200m'
    await until('no upgrade', upgraded)
    await startDaemon()
    await until('the upgraded release is not ready', isReady)
    expect(sorted(await installedObjects(plane, name))).toEqual(sorted(rendered(changed)))
    await until('no run', async () => pod.said().includes('"msg":"run finished"'))
    // The mirror is new, and everything that the first run found is in Git.
    expect(pod.said()).toMatch(/"msg":"run finished".*"changes":0/)
  })

  it('keeps what runs when the values have a schedule that the daemon would refuse, and says why', async () => {
    const running = await plane.call('GET', deployment)
    const serve = { schedules: [{ cron: '61 4 * * *' }] }
    await plane.call('PATCH', `${releasesIn(name)}/${name}`, { spec: { values: { settings: { serve } } } })
    const why = '`settings.serve.schedules[0].cron`: \\"61\\" cannot be the minute'
    await until('no refusal', async () =>
      JSON.stringify(await plane.call('GET', `${releasesIn(name)}/${name}`)).includes(why),
    )
    expect(await isReady()).toBe(false)
    expect(await plane.call('GET', deployment)).toEqual(running)
    expect((await fetch(`${pages}/readyz`)).ok).toBe(true)
  })

  it('becomes a CronJob, whose pod does every run once and ends', async () => {
    pod.signal('SIGTERM')
    expect(await pod.ended).toBe(0)
    const [off, settings] = [{ enabled: false }, values['settings']]
    const changed = {
      mode: 'cronjob',
      settings,
      podDisruptionBudget: off,
      grafanaDashboard: off,
      extraArgs: [],
    }
    await plane.call('PATCH', `${releasesIn(name)}/${name}`, { spec: { values: changed } })
    await until('no CronJob', isReady)
    await expect(plane.call('GET', deployment)).rejects.toThrow('HTTP 404')
    const path = `/apis/batch/v1/namespaces/${name}/cronjobs/${name}`
    const job = (await plane.call('GET', path)) as { spec: { jobTemplate: Templated } }
    await startPodOf(job.spec.jobTemplate)
    expect(await pod.ended, pod.said()).toBe(0)
    expect(pod.said()).toMatch(/^Nothing to change\.$/m)
    expect(pod.said()).toContain('18 values that Tortoise changed lately: 18 followed.')
  })

  it('leaves nothing when the HelmRelease is deleted', async () => {
    await plane.call('DELETE', `${releasesIn(name)}/${name}`)
    await until('not uninstalled', async () => {
      const { items } = (await plane.call('GET', releasesIn(name))) as { items: readonly unknown[] }
      return items.length === 0
    })
    expect(present()).toEqual([])
    expect(present('--selector=').filter((one) => !before.includes(one))).toEqual([
      'secret/registry',
      `ocirepository.source.toolkit.fluxcd.io/${name}`,
    ])
  })
})
