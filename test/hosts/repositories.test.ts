import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import { appOfApps, type Deployed, type Files, fluxBootstrap, plainManifests } from '../lab/layouts.ts'
import { programDirectory } from '../lab/programs.mjs'
import { git, tortoise, writeFiles } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-repositories-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The settings of a repository whose every source is at a path that names its cluster. */
const settingsFor = (
  paths: readonly string[],
  { namespace, called = [] }: { readonly namespace?: string; readonly called?: readonly string[] },
): string =>
  JSON.stringify({
    clusters: [{ name: 'prod' }, { name: 'staging' }],
    sources: paths.map((path) => ({
      path,
      cluster: path.includes('prod') ? 'prod' : 'staging',
      ...(namespace && { namespace }),
    })),
    // The URLs by which Argo CD and Flux name the repository.
    deliver: { mode: 'direct', repositories: called },
  })

/** A bare repository on the server with the files on a branch, or on each of several. */
function publish(name: string, branches: Readonly<Record<string, Files>>): void {
  const bare = join(root, 'server', `${name}.git`)
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  for (const [branch, files] of Object.entries(branches)) {
    const work = mkdtempSync(join(root, 'work-'))
    git(work, 'init', '--quiet', `--initial-branch=${branch}`)
    writeFiles(work, files)
    git(work, 'add', '--all')
    git(work, 'commit', '--quiet', '--message=start', '--date=2026-01-01T00:00:00Z')
    git(work, 'push', '--quiet', bare, branch)
  }
}

const only = (stage: string): Files =>
  Object.fromEntries(Object.entries(plainManifests.files).filter(([path]) => path.includes(`/${stage}/`)))
const plainPaths = (stage: string) => ['api', 'web'].map((name) => `services/${name}/${stage}`)

interface Ran {
  readonly repositories: readonly {
    readonly url: string
    readonly branch: string
    readonly problems?: readonly string[]
    readonly report?: {
      readonly changes: readonly {
        readonly cluster: string
        readonly workload: { readonly namespace: string; readonly name: string }
        readonly site: { readonly file: string }
      }[]
    }
  }[]
}

describe('several repositories in one run', () => {
  let server: GitServer
  let snapshot = ''
  const operator = join(root, 'operator.yaml')
  const address = (name: string): string => `${server.url}/${name}.git`

  beforeAll(async () => {
    mkdirSync(join(root, 'server'))
    publish('platform', {
      main: {
        ...appOfApps.files,
        'tortoise.yaml': settingsFor(['bootstrap/prod.yaml', 'bootstrap/staging.yaml'], {
          called: ['https://git.example.com/acme/platform.git'],
        }),
      },
    })
    publish('fleet', {
      main: {
        ...fluxBootstrap.files,
        'tortoise.yaml': settingsFor(['clusters/prod/flux-system', 'clusters/staging/flux-system'], {
          called: ['ssh://git@example.com/acme/fleet'],
        }),
      },
    })
    // One branch for each environment.
    publish('plain', {
      main: { ...only('prod'), 'tortoise.yaml': settingsFor(plainPaths('prod'), { namespace: 'plain' }) },
      staging: {
        ...only('staging'),
        'tortoise.yaml': settingsFor(plainPaths('staging'), { namespace: 'plain' }),
      },
    })
    publish('bare', { main: { 'README.md': 'nothing yet\n' } })
    server = await startGitServer(join(root, 'server'))
    const plain = plainManifests.deployed.map((one): Deployed => ({ ...one, namespace: 'plain' }))
    // The shop of the fleet has the names of that of the platform.
    const deployed = [...appOfApps.deployed, ...fluxBootstrap.deployed, ...plain]
    const distinct = new Map(deployed.map((one) => [`${one.namespace}/${one.kind}/${one.name}`, one]))
    snapshot = join(root, 'snapshot.json')
    writeFileSync(snapshot, snapshotFor([...distinct.values()]))
    writeFileSync(
      operator,
      JSON.stringify({
        repositories: [
          { url: address('platform'), branch: 'main' },
          { url: address('gone'), branch: 'main' },
          { url: address('fleet'), branch: 'main' },
          { url: address('bare'), branch: 'main' },
          { url: address('plain'), branch: 'main' },
          { url: address('plain'), branch: 'staging' },
        ],
      }),
    )
  })
  afterAll(() => server.close())

  const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  const run = (...args: readonly string[]) =>
    tortoise([...args, '--repositories', '--operator-settings', operator], {
      env: { PATH: path, TORTOISE_GIT_TOKEN: server.token, HOME: root },
    })
  const ran = async (command: string, ...args: readonly string[]) => {
    const cache = join(root, 'cache')
    const ended = await run(command, '--snapshot', snapshot, '--cache', cache, '-o', 'json', ...args)
    if (ended.status !== 1) throw new Error(ended.stderr)
    return { ...ended, ...(JSON.parse(ended.stdout) as Ran) }
  }
  const headOf = (name: string, branch = 'main'): string =>
    git(join(root, 'server', `${name}.git`), 'rev-parse', branch).trim()

  it('plans each repository and branch with its own settings, and stops for no failure', async () => {
    const before = [headOf('platform'), headOf('fleet')]
    const { repositories, stderr } = await ran('plan')
    expect(stderr).toContain('2 of the 6 repositories failed.')
    expect(
      repositories.map(({ url, branch, report, problems }) => [
        url.split('/').at(-1),
        branch,
        new Set(
          report?.changes.map(({ cluster, workload }) => `${cluster} ${workload.namespace}/${workload.name}`),
        ).size,
        problems?.[0]?.replace(/ at .*|\n[\s\S]*/g, ''),
      ]),
    ).toEqual([
      ['platform.git', 'main', 10, undefined],
      ['gone.git', 'main', 0, expect.stringContaining('The branch main cannot be fetched')],
      ['fleet.git', 'main', 10, undefined],
      ['bare.git', 'main', 0, expect.stringContaining('the branch main has no tortoise.yaml')],
      ['plain.git', 'main', 2, undefined],
      ['plain.git', 'staging', 2, undefined],
    ])
    expect([headOf('platform'), headOf('fleet')]).toEqual(before)
  })

  it('delivers to each of them, and a second run changes nothing', async () => {
    await ran('run')
    const after = ['platform', 'fleet', 'plain'].map((name) => headOf(name))
    for (const [name, branch] of [
      ['platform', 'main'],
      ['fleet', 'main'],
      ['plain', 'main'],
      ['plain', 'staging'],
    ] as const) {
      const log = git(join(root, 'server', `${name}.git`), 'log', '--format=%an', branch)
      expect([name, branch, log.trim().split('\n')]).toEqual([name, branch, ['gitops-tortoise', 'Owner']])
    }
    const files = git(join(root, 'server', 'plain.git'), 'diff', '--name-only', 'staging~1', 'staging')
    expect(files.trim().split('\n')).toEqual([
      'services/api/staging/api.yaml',
      'services/web/staging/web.yaml',
    ])
    const { repositories } = await ran('run')
    expect(repositories.flatMap(({ report }) => report?.changes ?? [])).toEqual([])
    expect(['platform', 'fleet', 'plain'].map((name) => headOf(name))).toEqual(after)
  })

  it('has a report of each in the terminal', async () => {
    const ended = await run('plan', '--snapshot', snapshot)
    expect(ended.stdout).toContain(`${address('platform')} (main)\nNothing to change.`)
    expect(ended.stdout).toMatch(/bare\.git \(main\)\nFailed: the branch main has no tortoise\.yaml/)
  })

  it('says what to add where nothing is listed, and takes no checkout beside', async () => {
    const empty = join(root, 'empty.yaml')
    writeFileSync(empty, 'sandbox: preferred\n')
    const ended = await tortoise(['run', '--repositories', '--operator-settings', empty], {})
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('lists no repositories') })
    expect(await run('plan', '--repo', root)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Leave out --repo and --settings'),
    })
  })
})
