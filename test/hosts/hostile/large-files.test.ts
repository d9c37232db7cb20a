import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { beginRepository, git, program, tortoise } from '../program.ts'
import { manifest, plainNames, usageOf } from './text-ground.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-large-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

function lay(): string {
  const repository = mkdtempSync(join(work, 'repository-'))
  mkdirSync(join(repository, 'plain'))
  writeFileSync(join(repository, 'plain/web.yaml'), manifest(plainNames))
  writeFileSync(
    join(repository, 'tortoise.yaml'),
    'sources: [{path: plain, cluster: prod}]\nclusters: [{name: prod}]\n',
  )
  beginRepository(repository)
  return repository
}

describe('a large file is refused by name, before it is read:', () => {
  const sparse = join(work, 'sparse.json')
  writeFileSync(sparse, '')
  truncateSync(sparse, 3 * 1024 ** 3)

  it.each([
    ['a snapshot of three gigabytes', ['plan', '--snapshot', sparse]],
    ['a snapshot without an end', ['plan', '--snapshot', '/dev/zero']],
    ['changes of three gigabytes', ['set', '--changes', sparse]],
    ['changes without an end', ['set', '--changes', '/dev/zero']],
  ])('%s', async (_, args) => {
    const ended = await tortoise([...args, '--repo', lay()])
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringMatching(/is larger than (256|8) MiB/) })
  })

  it('manifests from stdin without an end', () => {
    const command = `yes 'a: b' | head -c 400000000 | exec "$0" "$1" render -`
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, program], {
      cwd: lay(),
      encoding: 'utf8',
    })
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('larger than 256 MiB'),
    })
  })

  it('a file of a commit that states almost two gigabytes', async () => {
    const repository = lay()
    // The rest of the object does not matter: its header alone is read.
    const object = Buffer.from(`blob 1900000000\0${'#'.repeat(1_000)}`)
    const id = createHash('sha1').update(object).digest('hex')
    const directory = join(repository, '.git/objects', id.slice(0, 2))
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, id.slice(2)), deflateSync(object))
    const tree = git(repository, 'ls-tree', 'main:plain')
    const [settings, snapshot] = [join(work, 'large.yaml'), join(work, 'large.json')]
    const makeTree = (input: string) => spawnSync('git', ['mktree', '--missing'], { cwd: repository, input })
    const plain = String(makeTree(`${tree}100644 blob ${id}\tbig.yaml\n`).stdout).trim()
    const root = String(makeTree(`040000 tree ${plain}\tplain\n`).stdout).trim()
    git(repository, 'update-ref', 'refs/heads/main', git(repository, 'commit-tree', '-m', 'x', root).trim())
    writeFileSync(
      settings,
      'sources: [{path: plain, cluster: prod}]\nclusters: [{name: prod}]\ndeliver: {mode: commit, base: main}\n',
    )
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await tortoise([
      'run',
      '--repo',
      repository,
      '--settings',
      settings,
      '--snapshot',
      snapshot,
    ])
    expect(ended.stdout + ended.stderr).toContain('the file is larger than 64 MiB')
    expect(ended.stdout + ended.stderr).toContain('plain/big.yaml')
  })
})
