import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
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
import { programDirectory } from '../lab/programs.mjs'
import { git, read, tortoise } from './program.ts'

const made: string[] = []
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

function directoryWith(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-first-hour-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function checkoutOf(files: Files): string {
  const root = directoryWith(files)
  git(root, 'init', '--quiet', '--initial-branch=main')
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--message=start', '--date=2026-01-01T00:00:00Z')
  return root
}

const snapshotOf = (
  { deployed, clusters: own = stages }: Layout,
  clusters: readonly string[] = own,
): string => join(directoryWith({ 'snapshot.json': snapshotFor(deployed, clusters) }), 'snapshot.json')

const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
const home = mkdtempSync(join(tmpdir(), 'tortoise-home-'))
made.push(home)
const run = (root: string, ...args: readonly string[]) =>
  tortoise([...args, '--repo', root], { env: { PATH: path, HOME: home, XDG_CONFIG_HOME: home } })

interface Planned {
  readonly changes?: readonly {
    readonly cluster: string
    readonly workload: { readonly namespace: string; readonly name: string }
    readonly site: { readonly file: string }
  }[]
}
async function changesOf(root: string, snapshot: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await run(root, 'plan', '--snapshot', snapshot, '-o', 'json', ...args)
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
    const [root, snapshot] = [checkoutOf(layout.files), snapshotOf(layout)]
    const bare = await changesOf(root, snapshot)
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
    expect(await run(root, 'init', '--offline')).toMatchObject({ status: 0 })
    const { sources } = parse(read(root, 'tortoise.yaml')) as Written
    expect(sources.map((one) => one.path).sort()).toEqual([...roots].sort())
    const [first] = roots
    for (const { path, cluster = '' } of sources)
      expect(path === first && roots.includes(first, 1) ? names : [path]).toEqual(
        expect.arrayContaining([expect.stringContaining(cluster)]),
      )
    // Namespaces that nothing in the files says are guesses to correct.
    const text = read(root, 'tortoise.yaml').replaceAll('namespace: default', 'namespace: shop')
    writeFileSync(join(root, 'tortoise.yaml'), text)
    const named = await changesOf(root, snapshot)
    expect(named.stderr).toBe('')
    expect(named.changes).toEqual(bare.changes)
  })
})

describe('init with recorded usage', () => {
  it('writes the namespaces that have the usage', async () => {
    const [root, snapshot] = [checkoutOf(plainManifests.files), snapshotOf(plainManifests)]
    expect(await run(root, 'init', '--offline', '--snapshot', snapshot)).toMatchObject({ status: 0 })
    expect(read(root, 'tortoise.yaml')).not.toContain('correct this')
    expect((await changesOf(root, snapshot)).changes).toHaveLength(8)
  })

  it('says which sources deploy the same, and a plan goes on with a warning', async () => {
    const web = plainManifests.files['services/web/prod/web.yaml'] ?? ''
    const root = checkoutOf({ 'one/web.yaml': web, 'two/web.yaml': web })
    const snapshot = snapshotOf(plainManifests, ['eu1'])
    const { stderr, changes } = await changesOf(root, snapshot)
    expect(stderr).toContain('one and two both deploy Deployment/web, and nothing says which of them runs')
    expect(changes).toHaveLength(4)
    const { stdout } = await run(root, 'init', '--offline', '--snapshot', snapshot)
    expect(stdout).toContain(
      'Keep in tortoise.yaml what runs there:\n  one and two both deploy Deployment/web\n',
    )
  })
})

describe('a plan without settings', () => {
  it('asks for the cluster where the paths do not say what runs in which of several', async () => {
    const root = checkoutOf({ 'web/web.yaml': plainManifests.files['services/web/prod/web.yaml'] ?? '' })
    const snapshot = snapshotOf(plainManifests)
    expect(await run(root, 'plan', '--snapshot', snapshot)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'usage is of prod, staging, and nothing says which of them runs what is here',
      ),
    })
    expect((await changesOf(root, snapshot, '--cluster', 'prod')).changes).toHaveLength(2)
  })

  it('refuses to guess which of two stages runs in a cluster of another name', async () => {
    const root = checkoutOf(plainManifests.files)
    const ended = await run(root, 'plan', '--snapshot', snapshotOf(plainManifests, ['eu1']))
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('both deploy Deployment/') })
  })

  it.each(['discover', 'init', 'plan'])(
    'refuses to search a directory that is no checkout: %s',
    async (command) => {
      const cwd = directoryWith(plainManifests.files)
      const snapshot = ['--snapshot', snapshotOf(plainManifests)]
      const args = [command, ...(command === 'plan' ? snapshot : [])]
      expect(
        await tortoise(args, { cwd, env: { PATH: path, HOME: home, XDG_CONFIG_HOME: home } }),
      ).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('is not in a Git checkout'),
      })
    },
  )

  it('says what leads on where nothing is found', async () => {
    const root = checkoutOf({ 'README.md': 'hello\n' })
    expect(await run(root, 'plan', '--snapshot', snapshotOf(plainManifests))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('No source with a workload was found'),
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
    const root = checkoutOf({ ...fluxBootstrap.files, 'tortoise.yaml': JSON.stringify(settings) })
    const { stderr, changes } = await changesOf(root, snapshotOf(fluxBootstrap, ['prod']))
    expect(stderr).toMatch(/^warning: apps\/prod counts once: Kustomization apps .* deploys it/)
    const [fields] = [changes.map(({ workload }) => `${workload.namespace}/${workload.name}`)]
    expect(new Set(fields).size).toBe(fluxBootstrap.deployed.length)
  })
})
