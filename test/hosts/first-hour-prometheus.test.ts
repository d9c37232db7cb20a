import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { layoutMetrics } from '../lab/layout-metrics.ts'
import {
  applicationSets,
  appOfApps,
  type Files,
  fluxBootstrap,
  fluxRegions,
  type Layout,
  plainManifests,
  stages,
} from '../lab/layouts.ts'
import {
  hasPrometheus,
  type PrometheusLab,
  startPrometheus,
  startWritablePrometheus,
} from '../lab/prometheus.ts'
import { checkoutWith, type FirstCheckout } from './layout-ground.ts'
import { read } from './program.ts'

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: the first hour with a real one is not tested')

const root = mkdtempSync(join(tmpdir(), 'tortoise-first-hour-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const checkoutOf = (files: Files) => checkoutWith(files, root)

interface Planned {
  readonly changes?: readonly {
    readonly cluster: string
    readonly workload: { readonly namespace: string; readonly name: string }
    readonly field: string
    readonly to: string
    readonly site: { readonly file: string }
  }[]
}
type Run = FirstCheckout['run']

async function changesOf(run: Run, ...args: readonly string[]) {
  const { status, stdout, stderr } = await run('plan', '-o', 'json', ...args)
  if (status !== 0) throw new Error(stderr)
  const { changes = [] } = JSON.parse(stdout) as Planned
  return changes.map(({ cluster, workload, field, site }) =>
    [cluster, workload.namespace, workload.name, field, site.file].join(' '),
  )
}

/** A Prometheus that records a layout in two clusters; each has a workload that Git does not know. */
const record = ({ deployed, clusters = stages }: Layout): Promise<PrometheusLab> =>
  startPrometheus(
    (async function* () {
      yield* layoutMetrics(
        clusters.map((cluster, index) => ({
          deployed: [
            ...deployed,
            { namespace: 'elsewhere', kind: 'Deployment', name: 'old', container: 'old' },
          ],
          labels: { cluster },
          cores: index === 0 ? 0.1 : 0.02,
        })),
        new Date(),
      )
    })(),
  )

describe.skipIf(!hasPrometheus()).each<[string, Layout]>([
  ['an app of apps', appOfApps],
  ['what flux bootstrap writes', fluxBootstrap],
  ['plain manifests', plainManifests],
  ['clusters that are regions', fluxRegions],
  ['one ApplicationSet for two clusters', applicationSets],
])('the first hour with a Prometheus of two clusters and %s', (_name, layout) => {
  let lab: PrometheusLab
  beforeAll(async () => {
    lab = await record(layout)
  })
  afterAll(() => lab?.close())

  it('plans without settings, and init writes settings that doctor and plan take as they are', async () => {
    const { directory, run } = checkoutOf(layout.files)
    const names = layout.clusters ?? stages
    const bare = await changesOf(run, '--prometheus', lab.url)
    const planned = new Set(bare.map((one) => one.split(' ').slice(0, 3).join(' ')))
    const expected = names.flatMap((stage) =>
      layout.deployed.map(({ namespace, name }) => `${stage} ${namespace} ${name}`),
    )
    expect([...planned].sort()).toEqual(expected.sort())

    expect(await run('init', '--prometheus', lab.url)).toMatchObject({ status: 0, stderr: '' })
    const { clusters } = parse(read(directory, 'tortoise.yaml')) as { clusters: readonly object[] }
    expect(clusters).toEqual(names.map((name) => ({ name, prometheus: { labels: { cluster: name } } })))
    const doctor = await run('doctor')
    expect(doctor).toMatchObject({ status: 0 })
    const all = layout.deployed.length
    const share = Math.round((all / (all + 1)) * 100)
    for (const line of doctor.stdout.split('\n').filter((one) => one.includes('are managed')))
      expect(line).toContain(
        `${all} of ${all + 1} workloads with usage are managed: ${share} % of requested CPU, ${share} % of requested memory`,
      )
    expect(doctor.stdout).not.toContain('several clusters')
    expect(await changesOf(run)).toEqual(bare)
  })
})

describe.skipIf(!hasPrometheus())('a first hour with a mistake ends with what leads on', () => {
  let lab: PrometheusLab
  let empty: PrometheusLab
  beforeAll(async () => {
    lab = await record(plainManifests)
    empty = await startWritablePrometheus()
  })
  afterAll(async () => {
    await lab?.close()
    await empty?.close()
  })

  const undecided = 'Nothing can be decided: no workload of these sources has usage data.'
  const settled = async (url: string, change: (text: string) => string) => {
    const { directory, run } = checkoutOf(plainManifests.files)
    await run('init', '--prometheus', url)
    const file = join(directory, 'tortoise.yaml')
    writeFileSync(file, change(read(directory, 'tortoise.yaml')))
    const [doctor, plan] = [await run('doctor'), await run('plan')]
    return { doctor: { ...doctor, lines: doctor.stdout }, plan }
  }

  it('names the namespace that has the usage', async () => {
    const { doctor, plan } = await settled(lab.url, (text) =>
      text.replaceAll('namespace: shop', 'namespace: shops'),
    )
    expect(doctor).toMatchObject({ status: 1, lines: expect.stringContaining('set namespace: shop for it') })
    expect(plan.stdout.split('\n')[0]).toContain(undecided)
  })

  it('names the labels that select the cluster', async () => {
    const { doctor, plan } = await settled(lab.url, (text) =>
      text.replaceAll(/cluster: (\w+) \}/g, 'cluster: $1-eu }'),
    )
    expect(doctor.status).toBe(1)
    expect(doctor.lines).toContain(
      'Prometheus has no usage of any container with cluster="prod-eu"; its usage has cluster prod, staging',
    )
    expect(doctor.lines).toContain(
      'clusters: [{ name: staging, prometheus: { labels: { cluster: staging } } }]',
    )
    expect(plan.stdout.split('\n')[0]).toContain(undecided)
  })

  it('says that a Prometheus is empty, and what to check', async () => {
    const { doctor, plan } = await settled(empty.url, (text) => text)
    expect(doctor.status).toBe(1)
    expect(doctor.lines).toContain('Prometheus has no usage of any container\n')
    expect(doctor.lines).toContain('Check that this Prometheus scrapes the kubelets of the cluster')
    expect(plan.stdout.split('\n')[0]).toContain(undecided)
  })

  it('refuses one Prometheus without labels of clusters for two of them', async () => {
    const alone = await startPrometheus(
      (async function* () {
        yield* layoutMetrics([{ deployed: plainManifests.deployed, labels: {}, cores: 0.1 }], new Date())
      })(),
    )
    try {
      const { run } = checkoutOf(plainManifests.files)
      const { stdout } = await run('init', '--prometheus', alone.url)
      expect(stdout).toMatch(/Lines with "correct this" are guesses: \S+operator\.yaml\./)
      const doctor = await run('doctor')
      expect(doctor).toMatchObject({
        status: 1,
        stdout: expect.stringContaining(
          'clusters prod and staging have the same Prometheus with the same labels, so each is sized by the usage of all',
        ),
      })
      const plan = await run('plan')
      expect(plan.stderr).toContain('Set prometheus.url of each in the operator settings')
    } finally {
      await alone.close()
    }
  })

  it('asks for the cluster that is meant where no path names one', async () => {
    const { run } = checkoutOf({ 'web/web.yaml': plainManifests.files['services/web/prod/web.yaml'] ?? '' })
    expect(await run('plan', '--prometheus', lab.url)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Choose one with --cluster NAME: prod, staging.'),
    })
    expect(await changesOf(run, '--prometheus', lab.url, '--cluster', 'prod')).toHaveLength(2)
    await run('init', '--prometheus', lab.url)
    const doctor = await run('doctor')
    expect(doctor.stdout).toContain('Prometheus holds several clusters (cluster is prod, staging)')
  })
})
