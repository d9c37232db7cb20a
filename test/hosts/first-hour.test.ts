import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { snapshotFor } from '../lab/layout-snapshot.ts'
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
import { checkoutWith, directoryWith, type FirstCheckout } from './layout-ground.ts'
import { read, tortoise } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-first-hour-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const directoryOf = (files: Files): string => directoryWith(files, root)
const checkoutOf = (files: Files): FirstCheckout => checkoutWith(files, root)

const snapshotOf = (
  { deployed, clusters: own = stages }: Layout,
  clusters: readonly string[] = own,
): string => join(directoryOf({ 'snapshot.json': snapshotFor(deployed, clusters) }), 'snapshot.json')

interface Planned {
  readonly changes?: readonly {
    readonly cluster: string
    readonly workload: { readonly namespace: string; readonly name: string }
    readonly site: { readonly file: string }
  }[]
}
async function changesOf({ run }: FirstCheckout, snapshot: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await run('plan', '--snapshot', snapshot, '-o', 'json', ...args)
  if (status !== 0) throw new Error(stderr)
  const { changes = [] } = JSON.parse(stdout) as Planned
  return { stderr, changes }
}

interface Written {
  readonly sources: readonly { readonly path: string; readonly cluster?: string }[]
}

describe.each<[string, Layout, readonly string[]]>([
  ['an app of apps', appOfApps, ['bootstrap/prod.yaml', 'bootstrap/staging.yaml']],
  [
    'what flux bootstrap writes',
    fluxBootstrap,
    ['clusters/prod/flux-system', 'clusters/staging/flux-system'],
  ],
  [
    'plain manifests',
    plainManifests,
    ['services/api/prod', 'services/api/staging', 'services/web/prod', 'services/web/staging'],
  ],
  [
    'clusters that are regions',
    fluxRegions,
    ['clusters/eu-west-1/flux-system', 'clusters/us-east-1/flux-system'],
  ],
  ['one ApplicationSet for two clusters', applicationSets, ['appsets/apps.yaml', 'appsets/apps.yaml']],
])('the first hour with %s', (_name, layout, roots) => {
  it('names the roots only, and plans every workload once, with settings and without', async () => {
    const [checkout, snapshot] = [checkoutOf(layout.files), snapshotOf(layout)]
    const bare = await changesOf(checkout, snapshot)
    expect(bare.stderr).toContain('There is no tortoise.yaml')
    const planned = new Set(
      bare.changes.map(({ cluster, workload }) => `${cluster} ${workload.namespace}/${workload.name}`),
    )
    const names = layout.clusters ?? stages
    const expected = names.flatMap((stage) =>
      layout.deployed.map(({ namespace, name }) => `${stage} ${namespace}/${name}`),
    )
    expect([...planned].sort()).toEqual(expected.sort())
    expect(bare.changes.every(({ site }) => !site.file.startsWith('charts/'))).toBe(true)
    expect(await checkout.run('init', '--offline')).toMatchObject({ status: 0 })
    const { sources } = parse(read(checkout.directory, 'tortoise.yaml')) as Written
    expect(sources.map((one) => one.path).sort()).toEqual([...roots].sort())
    const [first] = roots
    for (const { path, cluster = '' } of sources)
      expect(path === first && roots.includes(first, 1) ? names : [path]).toEqual(
        expect.arrayContaining([expect.stringContaining(cluster)]),
      )
    // Namespaces that nothing in the files says are guesses to correct.
    const text = read(checkout.directory, 'tortoise.yaml').replaceAll('namespace: default', 'namespace: shop')
    writeFileSync(join(checkout.directory, 'tortoise.yaml'), text)
    const named = await changesOf(checkout, snapshot)
    expect(named.stderr).toBe('')
    expect(named.changes).toEqual(bare.changes)
  })
})

describe('init with recorded usage', () => {
  it('writes the namespaces that have the usage', async () => {
    const [checkout, snapshot] = [checkoutOf(plainManifests.files), snapshotOf(plainManifests)]
    expect(await checkout.run('init', '--offline', '--snapshot', snapshot)).toMatchObject({ status: 0 })
    expect(read(checkout.directory, 'tortoise.yaml')).not.toContain('correct this')
    expect((await changesOf(checkout, snapshot)).changes).toHaveLength(8)
  })

  it('says which sources deploy the same, and a plan goes on with a warning', async () => {
    const web = plainManifests.files['services/web/prod/web.yaml'] ?? ''
    const checkout = checkoutOf({ 'one/web.yaml': web, 'two/web.yaml': web })
    const snapshot = snapshotOf(plainManifests, ['eu1'])
    const { stderr, changes } = await changesOf(checkout, snapshot)
    expect(stderr).toContain('one and two both deploy Deployment/web, and nothing says which of them runs')
    expect(changes).toHaveLength(4)
    const { stdout } = await checkout.run('init', '--offline', '--snapshot', snapshot)
    expect(stdout).toContain(
      'Keep in tortoise.yaml what runs there:\n  one and two both deploy Deployment/web\n',
    )
  })
})

describe('a plan without settings', () => {
  it('asks for the cluster where the paths do not say what runs in which of several', async () => {
    const checkout = checkoutOf({ 'web/web.yaml': plainManifests.files['services/web/prod/web.yaml'] ?? '' })
    const snapshot = snapshotOf(plainManifests)
    expect(await checkout.run('plan', '--snapshot', snapshot)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'usage is of prod, staging, and nothing says which of them runs what is here',
      ),
    })
    expect((await changesOf(checkout, snapshot, '--cluster', 'prod')).changes).toHaveLength(2)
  })

  it('refuses to guess which of two stages runs in a cluster of another name', async () => {
    const checkout = checkoutOf(plainManifests.files)
    const ended = await checkout.run('plan', '--snapshot', snapshotOf(plainManifests, ['eu1']))
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('both deploy Deployment/') })
  })

  it.each(['discover', 'init', 'plan'])(
    'refuses to search a directory that is no checkout: %s',
    async (command) => {
      const cwd = directoryOf(plainManifests.files)
      const { env } = checkoutOf({ 'README.md': '' })
      const snapshot = ['--snapshot', snapshotOf(plainManifests)]
      const args = [command, ...(command === 'plan' ? snapshot : [])]
      expect(await tortoise(args, { cwd, env })).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('is not in a Git checkout'),
      })
    },
  )

  it('says what leads on where nothing is found', async () => {
    const checkout = checkoutOf({ 'README.md': 'hello\n' })
    expect(await checkout.run('plan', '--snapshot', snapshotOf(plainManifests))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No source with a workload was found'),
    })
  })

  it('says of kustomizations in a circle that none is a source, and names the circle', async () => {
    const checkout = checkoutOf({
      'apps/web/kustomization.yaml': 'resources: [deep]\n',
      'apps/web/deep/kustomization.yaml': 'resources: [../]\n',
    })
    expect((await checkout.run('discover')).stdout).toContain('and no kustomization that no other one uses')
    expect(await checkout.run('trace', 'apps/web')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is part of a circle of kustomizations'),
    })
  })

  it('names a source twice in settings, but counts it once', async () => {
    const settings = {
      clusters: [{ name: 'prod' }],
      sources: [
        { path: 'clusters/prod/flux-system', cluster: 'prod' },
        { path: 'apps/prod', cluster: 'prod', namespace: 'shop' },
      ],
    }
    const checkout = checkoutOf({ ...fluxBootstrap.files, 'tortoise.yaml': JSON.stringify(settings) })
    const { stderr, changes } = await changesOf(checkout, snapshotOf(fluxBootstrap, ['prod']))
    expect(stderr).toMatch(/^warning: apps\/prod counts once: Kustomization apps .* deploys it/)
    const [fields] = [changes.map(({ workload }) => `${workload.namespace}/${workload.name}`)]
    expect(new Set(fields).size).toBe(fluxBootstrap.deployed.length)
  })
})
