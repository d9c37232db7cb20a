import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { unpackTar } from '../lab/image/assemble.ts'
import { containerObstacle, runContainer } from '../lab/image/container.ts'
import { type ImageRecipe, readDockerfile } from '../lab/image/dockerfile.ts'
import { checksums } from '../release/files.ts'
import { rootObstacle } from '../release/images.ts'
import { demoCheckout, demoFiles, read } from './program.ts'
import { build, filesBelow, listed, root, version, work } from './release-ground.ts'

const first = join(work, 'first')
let seconds: number
beforeAll(() => {
  seconds = build(first)
})

interface ImageDescription {
  readonly dockerfile: string
  readonly platforms: readonly string[]
  readonly base: string
  readonly programs: readonly { readonly image: string; readonly source: string; readonly path: string }[]
  readonly files: { readonly archive: string; readonly sha256: string }
  readonly config: {
    readonly User: string
    readonly Env: readonly string[]
    readonly Entrypoint: readonly string[]
  }
  readonly billOfMaterials: string
}

interface RootFileSystem {
  readonly archive: string
  readonly base: string
  readonly programs: readonly string[]
}

const described = (image: string): ImageDescription =>
  JSON.parse(read(first, 'images', `${image}-image-${version}.json`))

const rootOf = (image: string): RootFileSystem =>
  JSON.parse(read(first, 'images', `${image}-rootfs-${version}.json`))

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

const obstacle = rootObstacle() ?? containerObstacle()
if (obstacle !== undefined) console.warn(`The root file systems of the release are not run: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('a root file system of the release', () => {
  function unpacked(image: string): { readonly root: string; readonly recipe: ImageRecipe } {
    const { dockerfile } = described(image)
    const directory = mkdtempSync(join(work, 'root-'))
    unpackTar(readFileSync(join(first, 'images', rootOf(image).archive)), directory)
    return { root: directory, recipe: readDockerfile(read(first, 'action', dockerfile)) }
  }

  it.each(Object.keys(namedBy))(
    '%s holds the files of the project, its programs, and a named base',
    (image) => {
      const { files, programs } = described(image)
      const whole = rootOf(image)
      expect(whole.base).toMatch(/^Node 24\.\d+\.\d+ with libraries of \S/)
      expect(whole.programs).toEqual(expect.arrayContaining([expect.stringMatching(/@v?\d+\.\d/)]))
      const entries = listed(join(first, 'images', rootOf(image).archive))
      expect(entries).toEqual(expect.arrayContaining([...listed(join(first, 'images', files.archive))]))
      for (const { path } of programs)
        expect(entries).toContainEqual(
          expect.stringMatching(new RegExp(`^-rwxr-xr-x 0/0 .* ${path.slice(1)}$`)),
        )
    },
  )

  it('runs the command line, and plans with its own kubectl and Helm', async () => {
    const image = unpacked('gitops-tortoise')
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
    const { root: directory, recipe } = unpacked('gitops-tortoise-plugin')
    // Argo CD mounts the entry point from its own image.
    const program = { ...recipe, entrypoint: ['tortoise'] }
    const ended = await runContainer({ root: directory, recipe: program, args: ['--version'] })
    expect(ended).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(read(directory, 'home/argocd/cmp-server/config/plugin.yaml')).toContain('tortoise')
    for (const name of ['kustomize', 'helm']) {
      const tool = { ...recipe, entrypoint: [name] }
      const said = await runContainer({ root: directory, recipe: tool, args: ['version'] })
      expect(said, said.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/v\d+\.\d+/) })
    }
  })
})
