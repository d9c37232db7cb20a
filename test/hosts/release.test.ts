import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { node24 } from '../lab/node24.mjs'
import { programDirectory } from '../lab/programs.mjs'
import { hasRegistry, startRegistry } from '../lab/registry/server.ts'
import { sha256 } from '../release/files.ts'
import { rootObstacle } from '../release/images.ts'
import { demoFiles, git, read, tortoise } from './program.ts'
import { build, clone, filesBelow, listed, version, work } from './release-ground.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const [first, second] = [join(work, 'first'), join(work, 'second')]

let seconds: number
beforeAll(() => {
  seconds = build(first)
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
    for (const name of readdirSync(join(first, 'images')).filter((one) => one.includes('rootfs')))
      expect([name, sha256(readFileSync(join(second, 'images', name)))]).toEqual([
        name,
        sha256(readFileSync(join(first, 'images', name))),
      ])
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
    const images = ['gitops-tortoise', 'gitops-tortoise-plugin']
    expect(readdirSync(join(first, 'images')).sort()).toEqual(
      images
        .flatMap((image) => [
          `${image}-image-${version}.json`,
          `${image}-image-${version}.tar`,
          ...(rootObstacle() === undefined
            ? [`${image}-rootfs-${version}.json`, `${image}-rootfs-${version}.tar`]
            : []),
        ])
        .sort(),
    )
    expect(readdirSync(join(first, 'npm'))).toEqual([`gitops-tortoise-${version}.tgz`])
    expect(readdirSync(join(first, 'chart'))).toEqual([`gitops-tortoise-chart-${version}.tgz`])
  })

  it('has checksums of every file that sha256sum agrees with', () => {
    const said = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: first, encoding: 'utf8' })
    expect(said.trim().split('\n')).toHaveLength(
      filesBelow(first).filter((name) => !/rootfs/.test(name)).length - 1,
    )
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
