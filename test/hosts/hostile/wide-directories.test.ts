import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { git, tortoise } from '../program.ts'
import { manifest, plainNames, usageOf } from './text-ground.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-wide-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** One more than a source may have. */
const count = 10_001

const entries = {
  files: (path: string) => writeFileSync(`${path}.yaml`, ''),
  directories: (path: string) => mkdirSync(path),
  links: (path: string) => symlinkSync('../web.yaml', `${path}.yaml`),
}

const sources = {
  'a directory of manifests': {},
  'a kustomization': { 'kustomization.yaml': 'resources: [web.yaml, many]\n' },
  'a chart': { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n' },
}

const cases = Object.keys(sources).flatMap((source) =>
  Object.keys(entries).map((kind) => [source as keyof typeof sources, kind as keyof typeof entries] as const),
)

it.each(cases)('%s with too many %s in a directory is refused by name', async (source, kind) => {
  const repository = mkdtempSync(join(work, 'repository-'))
  mkdirSync(join(repository, 's/many'), { recursive: true })
  writeFileSync(join(repository, 's/web.yaml'), manifest(plainNames))
  for (const [file, text] of Object.entries(sources[source])) writeFileSync(join(repository, 's', file), text)
  for (let n = 0; n < count; n += 1) entries[kind](join(repository, 's/many', String(n)))
  const set = ['set', 's', '--workload', 'Deployment/web', '--set', 'requests.cpu=1', '--dry-run']
  const ended = await tortoise([...set, '--repo', repository], { cwd: repository })
  // Links are not followed in a directory of manifests, and the others are no files of it.
  const isLeftOut = source === 'a directory of manifests' && kind === 'links'
  const refused = { status: 2, stderr: expect.stringContaining('more than 10000 files and directories') }
  expect(ended).toMatchObject(isLeftOut ? { status: expect.toBeOneOf([0, 2]) } : refused)
})

it('a commit that holds the same directory ten billion times is refused by name', async () => {
  const repository = mkdtempSync(join(work, 'repository-'))
  git(repository, 'init', '--quiet', '--initial-branch=main')
  const hash = (type: string, input: string) =>
    execFileSync('git', type === 'blob' ? ['hash-object', '-w', '--stdin'] : ['mktree'], {
      cwd: repository,
      input,
      encoding: 'utf8',
    }).trim()
  let tree = hash('tree', `100644 blob ${hash('blob', manifest(plainNames))}\tweb.yaml\n`)
  for (let level = 0; level < 10; level += 1) {
    const names = [...'0123456789'].map((name) => `040000 tree ${tree}\t${name}\n`)
    tree = hash('tree', names.join(''))
  }
  const commit = git(repository, 'commit-tree', '-m', 'bomb', tree).trim()
  git(repository, 'update-ref', 'refs/heads/main', commit)
  const [settings, snapshot] = [join(work, 'settings.yaml'), join(work, 'usage.json')]
  writeFileSync(
    settings,
    'sources: [{path: "0", cluster: prod}]\nclusters: [{name: prod}]\ndeliver: {mode: commit, base: main}\n',
  )
  writeFileSync(snapshot, usageOf(plainNames))
  const ended = await tortoise(['run', '--repo', repository, '--settings', settings, '--snapshot', snapshot])
  expect(ended.stdout + ended.stderr).toContain('more than 10000 files and directories')
}, 60_000)
