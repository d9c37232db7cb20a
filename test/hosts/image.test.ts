import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleImage, unpack } from '../lab/image/assemble.ts'
import { withLibraries } from '../lab/image/base.ts'
import { containerObstacle, runContainer } from '../lab/image/container.ts'
import { readDockerfile } from '../lab/image/dockerfile.ts'
import { ownFiles } from '../lab/image/layers.ts'
import { node24 } from '../lab/node24.mjs'
import { programDirectory } from '../lab/programs.mjs'
import { demoCheckout, demoFiles, type Ended, read } from './program.ts'

const project = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'tortoise-image-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const root = join(work, 'root')
const context = join(work, 'package')
const recipe = readDockerfile(read(project, 'config/deploy/Dockerfile'))

const obstacle = containerObstacle()
if (obstacle !== undefined) console.warn(`The image is not run: ${obstacle}`)

beforeAll(() => {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', work]
  const archive = execFileSync('npm', args, { cwd: project, encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(work, archive), '-C', work])
})

/** Runs a command like a container of the image: its user, its environment, a root that cannot be written, no network. */
const container = (args: readonly string[], mounts: readonly string[] = []): Promise<Ended> =>
  runContainer({ root, recipe, args, mounts })

describe.each(['config/deploy/Dockerfile', 'config/deploy/argocd-plugin/Dockerfile'])('%s', (file) => {
  const own = readDockerfile(read(project, file))

  it('copies only files that the package has', () => {
    const wanted = own.copies.flatMap(({ from, sources }) => (from === undefined ? sources : []))
    expect(wanted).toContain('dist')
    for (const source of wanted)
      expect(() => execFileSync('test', ['-e', join(context, source)]), source).not.toThrow()
    const ignored = read(project, `${file}.dockerignore`).split('\n')
    expect(ignored[0]).toBe('*')
    for (const source of wanted) expect(ignored).toContain(`!${source}`)
  })

  it('runs as a user without privileges, by number, and writes below /tmp alone', () => {
    expect(Number(own.user)).toBeGreaterThan(0)
    expect(own.env).toMatchObject({ HOME: '/tmp', NODE_COMPILE_CACHE: expect.stringMatching(/^\/tmp\//) })
  })
})

describe.skipIf(obstacle !== undefined)('the root file system of the image', () => {
  beforeAll(() => {
    mkdirSync(root)
    const programs = [programDirectory('v35')]
    assembleImage({ recipe, context, programs, node: node24() ?? '' }, root)
  })

  it('has the files of the package, the programs, and nothing of the checkout', () => {
    expect(readdirSync(join(root, 'opt/tortoise')).sort()).toEqual(['dist', 'package.json'])
    expect(readdirSync(join(root, 'usr/local/bin')).sort()).toEqual(['helm', 'kubectl', 'node', 'tortoise'])
  })

  it('runs tortoise --version', async () => {
    const { version } = JSON.parse(read(project, 'package.json')) as { readonly version: string }
    expect(await container(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('runs the demo, with its own kubectl and Helm', async () => {
    // The demo makes a repository with git. Nothing else of the program needs it, so the image has none.
    const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    unpack(withLibraries(git, '/usr/bin/git'), root)
    const ended = await container(['demo'])
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(ended.stdout).toContain('Proved by rendering')
  })

  it('runs every schedule of the daemon once, as the CronJob does', async () => {
    const { directory, remove } = demoCheckout()
    const usage = join(demoFiles, 'snapshot.json')
    const mounts = ['--bind', directory, '/tmp/shop', '--ro-bind', usage, '/tmp/usage.json']
    const args = ['serve', '--once', '--repo', '/tmp/shop', '--settings', '/tmp/shop/tortoise.yaml']
    const ended = await container([...args, '--snapshot', '/tmp/usage.json'], mounts)
    remove()
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ status: 0 })
  })

  it('cannot be written', async () => {
    const probe = spawnSync('bwrap', [
      '--ro-bind',
      root,
      '/',
      '/usr/local/bin/node',
      '-e',
      'fs.writeFileSync("/opt/x", "")',
    ])
    expect(String(probe.stderr)).toContain('EROFS')
  })
})

describe('the assembly', () => {
  it('names a file that is missing', () => {
    const copies = [{ sources: ['lib'], to: '/opt/lib' }]
    expect(() => ownFiles({ recipe: { ...recipe, copies }, context })).toThrow(/the image needs lib/)
  })

  it.each(['RUN curl https://example.com', 'VOLUME /data'])('does not pass over %s', (line) => {
    expect(() => readDockerfile(`FROM x\n${line}\n`)).toThrow(line)
  })
})
