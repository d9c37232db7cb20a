import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleImage } from '../lab/image/assemble.ts'
import { containerObstacle, runContainer } from '../lab/image/container.ts'
import { type ImageRecipe, readDockerfile } from '../lab/image/dockerfile.ts'
import { node24 } from '../lab/node24.mjs'
import { programDirectory } from '../lab/programs.mjs'
import { hasRegistry, startRegistry } from '../lab/registry/server.ts'
import { releaseProblems } from '../release/checks.ts'
import { checksums } from '../release/files.ts'
import { filesWithVersion, withVersion } from '../release/version-texts.ts'
import { demoCheckout, demoFiles, git, read, tortoise } from './program.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const root = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'tortoise-release-test-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const [first, second] = [join(work, 'first'), join(work, 'second')]
const { version } = JSON.parse(read(root, 'package.json')) as { readonly version: string }

/** The project as a clone has it: no `dist/`, and what `npm ci` installs is linked. */
function clone(): string {
  const directory = mkdtempSync(join(work, 'clone-'))
  git(root, 'clone', '--quiet', '--no-hardlinks', root, directory)
  const files = git(root, 'ls-files', '--cached', '--others', '--exclude-standard').trim().split('\n')
  // What is not committed yet is tested too.
  for (const name of files) cpSync(join(root, name), join(directory, name))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

function release(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync('npm', ['run', '--silent', 'release', '--', ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_offline: 'true', ...env },
  })
}

const filesBelow = (directory: string): readonly string[] =>
  execFileSync('find', ['.', '-type', 'f', '-printf', '%m %P\n'], { cwd: directory, encoding: 'utf8' })
    .trim()
    .split('\n')
    .sort()

/** Names in a gzipped archive, with the modes and times that it gives them. */
const listed = (archive: string): readonly string[] =>
  execFileSync('tar', ['--list', '--verbose', '--full-time', '--utc', '--file', archive], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')

let seconds: number
beforeAll(() => {
  seconds = Number(git(root, 'log', '-1', '--format=%ct'))
  const ended = release(clone(), ['--dry-run', '--out', first])
  expect(ended.status, ended.stderr).toBe(0)
})

describe('npm run release -- --dry-run', () => {
  it('gives the same bytes in another directory, another time zone, under another umask', () => {
    const directory = clone()
    for (const name of readdirSync(join(directory, 'docs'))) utimesSync(join(directory, 'docs', name), 1, 1)
    const ended = spawnSync(
      'sh',
      ['-c', `umask 027; npm run --silent release -- --dry-run --out '${second}'`],
      { cwd: directory, encoding: 'utf8', env: { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'C' } },
    )
    expect(ended.status, ended.stderr).toBe(0)
    expect(read(second, 'SHA256SUMS')).toBe(read(first, 'SHA256SUMS'))
    expect(filesBelow(join(second, 'action'))).toEqual(filesBelow(join(first, 'action')))
  })

  it('holds what is published and nothing else', () => {
    expect(readdirSync(first).sort()).toEqual([
      'SHA256SUMS',
      'action',
      'chart',
      `gitops-tortoise-${version}.cdx.json`,
      'images',
      'npm',
    ])
    expect(readdirSync(join(first, 'images')).sort()).toEqual([
      `gitops-tortoise-image-${version}-test-programs-linux-amd64.tar`,
      `gitops-tortoise-image-${version}.json`,
      `gitops-tortoise-image-${version}.tar`,
      `gitops-tortoise-plugin-image-${version}.json`,
      `gitops-tortoise-plugin-image-${version}.tar`,
    ])
    expect(readdirSync(join(first, 'npm'))).toEqual([`gitops-tortoise-${version}.tgz`])
    expect(readdirSync(join(first, 'chart'))).toEqual([`gitops-tortoise-chart-${version}.tgz`])
  })

  it('has checksums of every file that sha256sum agrees with', () => {
    const said = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: first, encoding: 'utf8' })
    expect(said.trim().split('\n')).toHaveLength(filesBelow(first).length - 1)
  })

  it('has the files of the npm package in the tree of the tags', () => {
    const archive = join(first, 'npm', `gitops-tortoise-${version}.tgz`)
    const names = listed(archive).map((line) => line.replace(/^.* package\//, ''))
    const tree = filesBelow(join(first, 'action')).map((line) => line.replace(/^\d+ /, ''))
    expect(names.toSorted()).toEqual(tree.toSorted())
    expect(names).toEqual(
      expect.arrayContaining(['action.yml', 'dist/action.js', 'dist/tortoise.js', 'LICENSE']),
    )
    expect(names.filter((name) => /node_modules|\.map$|(^|\/)\.|^test\//.test(name))).toEqual([])
  })

  it('has a valid bill of materials', async () => {
    const bill = read(first, `gitops-tortoise-${version}.cdx.json`)
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bill)).toBeNull()
    expect(JSON.parse(bill).metadata.component).toMatchObject({ name: 'gitops-tortoise', version })
  })

  it('has a chart that both versions of Helm render, with files of the time of the commit', () => {
    const archive = join(first, 'chart', `gitops-tortoise-chart-${version}.tgz`)
    for (const version of ['v31', 'v35'] as const) {
      const args = ['template', 'x', archive, '--set', 'settings.deliver.mode=report']
      const ended = spawnSync(join(programDirectory(version), 'helm'), args, { encoding: 'utf8' })
      expect(ended.status, ended.stderr).toBe(0)
      expect(ended.stdout).toContain('kind: Deployment')
    }
    const time = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
    expect(listed(archive).filter((line) => !line.includes(time))).toEqual([])
  })

  it.skipIf(!hasRegistry)(
    'has a chart that installs from a registry, under the name in its manifest',
    async () => {
      const registry = await startRegistry()
      try {
        const archive = join(first, 'chart', `gitops-tortoise-chart-${version}.tgz`)
        const helm = (...args: readonly string[]) =>
          spawnSync(
            join(programDirectory('v35'), 'helm'),
            [...args, '--ca-file', registry.certificate.caFile],
            { encoding: 'utf8', env: { PATH: '', HOME: work } },
          )
        const pushed = helm('push', archive, `oci://${registry.host}/charts`)
        expect(pushed.status, pushed.stderr).toBe(0)
        expect(pushed.stdout + pushed.stderr).toMatch(/^Digest: sha256:[0-9a-f]{64}$/m)
        const chart = `oci://${registry.host}/charts/gitops-tortoise`
        const rendered = helm(
          'template',
          'x',
          chart,
          '--version',
          version,
          '--set',
          'settings.deliver.mode=report',
        )
        expect(rendered.status, rendered.stderr).toBe(0)
        expect(rendered.stdout).toContain('kind: Deployment')
      } finally {
        await registry.close()
      }
    },
  )

  it('has a package that publint has nothing to say about', async () => {
    const bytes = readFileSync(join(first, 'npm', `gitops-tortoise-${version}.tgz`))
    const tarball = new Uint8Array(bytes).buffer
    expect(await publint({ pack: { tarball }, strict: true })).toMatchObject({ messages: [] })
  })

  it('installs, and runs with nothing but what it installs', () => {
    const prefix = join(work, 'installed')
    const archive = join(first, 'npm', `gitops-tortoise-${version}.tgz`)
    const args = ['install', '--global', '--offline', '--prefix', prefix, archive]
    execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' })
    expect(readdirSync(join(prefix, 'lib/node_modules'))).toEqual(['gitops-tortoise'])
    const said = execFileSync(join(prefix, 'bin/tortoise'), ['--version'], { encoding: 'utf8' })
    expect(said.trim()).toBe(version)
  })
})

describe.skipIf(!hasNode24)('the tree of the tags', () => {
  const token = 'ghs_1234_fake-token-for-tests-only-0002'
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop({ token })
  })
  afterAll(() => shop?.close())

  it('runs as the Action under Node 24, from a clone of the tag alone', async () => {
    const tree = join(work, 'tagged')
    cpSync(join(first, 'action'), tree, { recursive: true })
    git(tree, 'init', '--quiet', '--initial-branch=main')
    git(tree, 'add', '--all', '--force')
    git(tree, 'commit', '--quiet', '--message=Release')
    git(tree, 'tag', 'v0')
    const checkout = join(work, 'actions')
    git(
      work,
      '-c',
      'advice.detachedHead=false',
      'clone',
      '--quiet',
      '--depth=1',
      '--branch=v0',
      `file://${tree}`,
      checkout,
    )
    rmSync(tree, { recursive: true })
    const ended = await shop.step(
      { 'github-token': token, snapshot: join(demoFiles, 'snapshot.json'), mode: 'pull-request' },
      { action: checkout },
    )
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(Number(ended.outputs['changes'])).toBeGreaterThan(20)
    expect(shop.github.pulls.length).toBeGreaterThan(1)
    expect(git(checkout, 'status', '--porcelain')).toBe('')
  })

  it('runs as the command line under Node 24', async () => {
    const node = node24() ?? ''
    const ended = await tortoise(['--version'], { node, file: join(first, 'action/dist/tortoise.js') })
    expect(ended).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })
})

interface ImageDescription {
  readonly dockerfile: string
  readonly platforms: readonly string[]
  readonly base: string
  readonly programs: readonly { readonly image: string; readonly source: string; readonly path: string }[]
  readonly files: { readonly archive: string; readonly sha256: string }
  readonly testPrograms?: { readonly archive: string; readonly package: string }
  readonly config: {
    readonly User: string
    readonly Env: readonly string[]
    readonly Entrypoint: readonly string[]
  }
  readonly billOfMaterials: string
}

const described = (image: string): ImageDescription =>
  JSON.parse(read(first, 'images', `${image}-image-${version}.json`))

const shared = [
  'drwxr-xr-x 0/0 opt/',
  'drwxr-xr-x 0/0 opt/tortoise/',
  '-rw-r--r-- 0/0 opt/tortoise/package.json',
  'drwxr-xr-x 0/0 usr/',
  'drwxr-xr-x 0/0 usr/local/',
  'drwxr-xr-x 0/0 usr/local/bin/',
  'lrwxrwxrwx 0/0 usr/local/bin/tortoise -> /opt/tortoise/dist/tortoise.js',
]

/** Modes, owners and paths of everything in the archive of an image beside `dist/`. */
const namedBy: Readonly<Record<string, readonly string[]>> = {
  'gitops-tortoise': [
    ...shared,
    'drwxr-xr-x 0/0 var/',
    'drwxr-xr-x 0/0 var/lib/',
    'drwxr-xr-x 1000/1000 var/lib/tortoise/',
  ],
  'gitops-tortoise-plugin': [
    'drwxr-xr-x 0/0 home/',
    'drwxr-xr-x 0/0 home/argocd/',
    'drwxr-xr-x 0/0 home/argocd/cmp-server/',
    'drwxr-xr-x 0/0 home/argocd/cmp-server/config/',
    '-rw-r--r-- 0/0 home/argocd/cmp-server/config/plugin.yaml',
    ...shared,
  ],
}

describe.each(Object.keys(namedBy))('the image %s', (image) => {
  it('is described as its Dockerfile says', () => {
    const { dockerfile, base, programs, config } = described(image)
    const text = read(root, dockerfile)
    const lines = text.split('\n')
    expect(lines.filter((line) => /^(FROM (?!\$)|USER|ENV|ENTRYPOINT)/.test(line))).toEqual([
      `FROM ${base}`,
      `ENV ${config.Env.join(' ')}`,
      `USER ${config.User}`,
      `ENTRYPOINT ${JSON.stringify(config.Entrypoint)}`,
    ])
    const copies = lines.filter((line) => line.startsWith('COPY --from=')).join('\n')
    for (const { image: from, source, path } of programs) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ARG \\w+_IMAGE=${from}$`)))
      expect(copies).toContain(` ${source} `)
      expect(path).toBe(`/usr/local/bin/${source.split('/').at(-1)}`)
    }
    expect(copies.match(/ \/\S+\/\w+(?= )/g)).toHaveLength(programs.length)
  })

  it('is what the workflow pushes, for the same platforms', () => {
    const { dockerfile, platforms } = described(image)
    const workflow = read(root, '.github/workflows/release.yml')
    expect(workflow).toContain(`- image: ${image}\n            dockerfile: ${dockerfile}\n`)
    expect(workflow).toContain(`platforms: ${platforms.join(',')}\n`)
  })

  it('has the files of the package, byte for byte', () => {
    const { files, billOfMaterials } = described(image)
    expect(read(first, 'SHA256SUMS')).toContain(`${files.sha256}  images/${files.archive}\n`)
    expect(readdirSync(first)).toContain(billOfMaterials)
    const layer = mkdtempSync(join(work, 'layer-'))
    execFileSync('tar', ['-xf', join(first, 'images', files.archive), '--no-same-owner', '-C', layer])
    const [own, packed] = [join(layer, 'opt/tortoise/dist'), join(first, 'action/dist')]
    expect(filesBelow(own)).toEqual(filesBelow(packed))
    expect(checksums(own)).toBe(checksums(packed))
  })

  it('has nothing else than its Dockerfile names, of the time of the commit and in order', () => {
    const lines = listed(join(first, 'images', described(image).files.archive))
    const time = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
    const entries = lines.map((line) => /^(\S+ \S+) +\d+ (.{19}) (.*)$/.exec(line)?.slice(1) ?? [line])
    expect(entries.filter(([, at]) => at !== time)).toEqual([])
    const paths = entries.map(([, , path = '']) => path.replace(/\/$/, ''))
    expect(paths).toEqual(paths.toSorted())
    const others = entries.filter(([, , path]) => !path?.startsWith('opt/tortoise/dist/'))
    expect(others.map(([owned, , path]) => `${owned} ${path}`)).toEqual(namedBy[image])
  })
})

const foreign = process.platform !== 'linux' || process.arch !== 'x64'
const obstacle = foreign ? 'The programs of the tests are for Linux on x64.' : containerObstacle()
if (obstacle !== undefined) console.warn(`The images of the release are not run: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('a root file system from the archives of the release', () => {
  /** Puts the archives of an image on a base with the Node of this machine. */
  function assembled(image: string): { readonly root: string; readonly recipe: ImageRecipe } {
    const { dockerfile, files, testPrograms } = described(image)
    const archives = [testPrograms, files].flatMap((one) => one?.archive ?? [])
    const directory = mkdtempSync(join(work, 'root-'))
    const layers = archives.map((archive) => readFileSync(join(first, 'images', archive)))
    assembleImage({ layers, node: node24() ?? '', root: directory })
    return { root: directory, recipe: readDockerfile(read(first, 'action', dockerfile)) }
  }

  it('runs the command line, and plans with its own kubectl and Helm', async () => {
    const image = assembled('gitops-tortoise')
    const said = { status: 0, stdout: `${version}\n`, stderr: '' }
    expect(await runContainer({ ...image, args: ['--version'] })).toEqual(said)
    const { directory, remove } = demoCheckout()
    const usage = join(demoFiles, 'snapshot.json')
    const mounts = ['--ro-bind', directory, '/tmp/shop', '--ro-bind', usage, '/tmp/usage.json']
    const args = ['plan', '--repo', '/tmp/shop', '--snapshot', '/tmp/usage.json', '-o', 'json']
    const ended = await runContainer({ ...image, args, mounts })
    remove()
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    const { changes, proof } = JSON.parse(ended.stdout) as {
      readonly changes: readonly object[]
      readonly proof: { readonly fields: number }
    }
    expect(changes.length).toBeGreaterThan(20)
    expect(proof.fields).toBeGreaterThan(20)
  })

  it('has the program where the plugin of Argo CD calls it, under the user of the sidecar', async () => {
    const { root: directory, recipe } = assembled('gitops-tortoise-plugin')
    // Argo CD mounts the entry point from its own image.
    const program = { ...recipe, entrypoint: ['tortoise'] }
    const ended = await runContainer({ root: directory, recipe: program, args: ['--version'] })
    expect(ended).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(read(directory, 'home/argocd/cmp-server/config/plugin.yaml')).toContain('tortoise')
  })
})

describe('the version', () => {
  const isVersion = (word: string): boolean => word === version || word.startsWith(`${version}.t`)

  it('is written into every file that names it, and nowhere else', () => {
    const pages = git(root, 'ls-files', 'docs/start', 'config/deploy', 'README.md', 'docs/*.md')
      .trim()
      .split('\n')
    const named = pages.filter((file) =>
      read(root, file)
        .split('\n')
        .some((line) => /tortoise|newTag|^version:/i.test(line) && line.split(/[^\w.]v?|_/).some(isVersion)),
    )
    expect(named).toEqual(filesWithVersion.toSorted())
    for (const file of filesWithVersion) {
      const next = withVersion(read(root, file), '9.8.7')
      expect([file, next.includes(version)]).toEqual([file, false])
      expect(withVersion(next, version)).toBe(read(root, file))
    }
  })

  it.each(readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md')))(
    'is raised by .changeset/%s for this package',
    (name) => {
      expect(read(root, '.changeset', name)).toMatch(
        /^---\n"gitops-tortoise": (major|minor|patch)\n---\n\n[A-Z`]/,
      )
    },
  )
})

describe('a release', () => {
  const ready = { manifest: '{"version":"1.2.0"}', changelog: '# Changelog\n\n## 1.2.0\n', changed: [] }

  it.each([
    ['nothing, when all is ready', {}, []],
    ['changes that are not committed', { changed: [' M README.md'] }, [/not committed \(1 files\)/]],
    [
      'the placeholder of the owner',
      { manifest: '{"version":"1.2.0","bugs":"https://github.com/OWNER/x"}' },
      [/package\.json has OWNER/],
    ],
    ['a version without a section', { changelog: '## 1.2.01\n' }, [/no section "## 1\.2\.0"/]],
  ])('is stopped by %s', (_name, state, says) => {
    expect(releaseProblems({ ...ready, ...state })).toEqual(says.map((one) => expect.stringMatching(one)))
  })

  it('is refused without --dry-run where it cannot be published, and builds nothing', () => {
    const out = join(work, 'refused')
    const directory = clone()
    writeFileSync(join(directory, 'note.txt'), 'not committed')
    const ended = release(directory, ['--out', out])
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^error: .*not committed/m)
    expect(readdirSync(work)).not.toContain('refused')
  })

  it('does not write into a directory with other files', () => {
    const ended = release(root, ['--dry-run', '--out', first])
    expect(ended).toMatchObject({ status: 2 })
    expect(ended.stderr).toContain('is not empty')
    expect(readFileSync(join(first, 'SHA256SUMS'), 'utf8')).not.toBe('')
  })
})
