import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver } from '../../../plugin/deliver/commit.ts'
import { githubWriter } from '../../../plugin/deliver/forges/github/writer.ts'
import { commitMessage, statedTree } from '../../../plugin/deliver/record/commit-message.ts'
import type { FileEdit } from '../../../plugin/model/edit.ts'
import {
  after,
  before,
  type Checkout,
  commitAs,
  deployment,
  git,
  makeCheckout,
  now,
  optionsOf,
  proposalOf,
} from './lab.ts'
import { branchesOf, type Opened, openGitHub, writers } from './writers.ts'

const branch = 'tortoise/main'
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`

let checkout: Checkout
let opened: Opened
const headOf = (ref: string) => git(checkout.bare, ['rev-parse', ref])
const treeOf = (ref: string) => git(checkout.bare, ['ls-tree', '-r', '-t', ref]).split('\n')

/** A repository with an LFS pointer, links, executables and submodules. */
function begin(): void {
  checkout = makeCheckout()
  fs.writeFileSync(join(checkout.dir, '.gitattributes'), '*.png filter=lfs diff=lfs merge=lfs -text\n')
  git(checkout.dir, ['add', '.gitattributes'])
  const blob = git(checkout.dir, ['hash-object', '-w', '--no-filters', '--stdin'], pointer)
  git(checkout.dir, ['update-index', '--add', '--cacheinfo', `100644,${blob},docs/turtle.png`])
  git(checkout.dir, ['commit', '--quiet', '--message', 'a picture'])
  git(checkout.dir, ['push', '--quiet', 'origin', 'main'])
}
const edit: FileEdit = { file: deployment, before, after }

/** Writes edits to a branch in the same steps as a run. */
async function write(edits: readonly FileEdit[], to = branch, force = true): Promise<string> {
  const { writer } = opened
  const stored = await writer.writeTree(headOf('main'), edits)
  const id = await writer.writeCommit(stored, commitMessage(proposalOf({ edits }), stored))
  await writer.moveBranch(to, { from: await writer.head(to), to: id, force })
  return id
}

beforeEach(begin)
afterEach(async () => {
  await opened?.close()
  checkout.close()
})

describe.each(Object.entries(writers))('a branch written by %s', (_name, open) => {
  beforeEach(async () => {
    opened = await open(checkout)
  })

  it('keeps LFS pointers, links, submodules, modes and every other file', async () => {
    const old = treeOf('main')
    await write([edit])
    const made = treeOf(branch)
    const shape = (line: string) => line.replace(/ [0-9a-f]{40}\t/, ' ')
    expect(made.map(shape)).toEqual(old.map(shape))
    expect(made.filter((line) => !old.includes(line)).map(shape)).toEqual([
      '040000 tree apps',
      '040000 tree apps/api',
      `100644 blob ${deployment}`,
    ])
    expect(old.map(shape)).toEqual(
      expect.arrayContaining([
        '120000 blob apps/current',
        '100755 blob scripts/deploy.sh',
        '160000 commit vendor/chart',
        '100644 blob docs/turtle.png',
      ]),
    )
    expect(git(checkout.bare, ['show', `${branch}:docs/turtle.png`])).toBe(pointer.trimEnd())
    expect(git(checkout.bare, ['show', `${branch}:${deployment}`])).toBe(after.trimEnd())
    expect(git(checkout.bare, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('is one commit on the base whose message states its tree, and no other branch remains', async () => {
    const id = await write([edit])
    expect(headOf(branch)).toBe(id)
    expect(headOf(`${branch}^`)).toBe(headOf('main'))
    expect(statedTree(git(checkout.bare, ['show', '--no-patch', '--format=%B', branch]))).toBe(
      headOf(`${branch}^{tree}`),
    )
    expect(branchesOf(checkout)).toEqual(['main', branch])
  })

  it('is not moved when somebody moved it meanwhile', async () => {
    const stored = await opened.writer.writeTree(headOf('main'), [edit])
    const id = await opened.writer.writeCommit(stored, commitMessage(proposalOf(), stored))
    git(checkout.bare, ['update-ref', `refs/heads/${branch}`, headOf('main')])
    await expect(
      opened.writer.moveBranch(branch, { from: undefined, to: id, force: true }),
    ).rejects.toMatchObject({
      problems: [{ code: 'git.moved' }],
    })
    expect(headOf(branch)).toBe(headOf('main'))
  })

  it('may be the base branch itself, as a fast-forward', async () => {
    const base = headOf('main')
    const id = await write([edit], 'main', false)
    expect([headOf('main'), headOf('main^')]).toEqual([id, base])
  })

  it.each([
    ['a link', 'apps/current'],
    ['a submodule', 'vendor/chart'],
    ['a file with another text', 'apps/web/hütte.yaml'],
  ])('never replaces %s', async (_what, file) => {
    await expect(
      opened.writer.writeTree(headOf('main'), [{ file, before: '', after }]),
    ).rejects.toMatchObject({
      problems: [{ code: 'git.conflict' }],
    })
  })
})

describe('a commit made in the clone', () => {
  it('keeps LFS pointers, links, submodules, modes and every other file', async () => {
    const local = (ref: string) => git(checkout.dir, ['ls-tree', '-r', '-t', ref]).split('\n')
    const gitdir = join(checkout.dir, '.git')
    await deliver(proposalOf({ edits: [edit] }), optionsOf({ branch }), { fs, gitdir, now })
    const changed = local(branch).filter((line) => !local('main').includes(line))
    expect(changed.map((line) => line.split('\t')[1])).toEqual(['apps', 'apps/api', deployment])
    expect(local(branch)).toHaveLength(local('main').length)
    expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })
})

describe('a commit that must be verified', () => {
  const program: FileEdit = { file: 'scripts/deploy.sh', before: '#!/bin/sh\n', after: '#!/bin/bash\n' }

  it('is signed by GitHub for the token of a user too', async () => {
    const { server, session } = await openGitHub(checkout, { tokenOf: 'person' })
    opened = { writer: githubWriter(session, { verified: true }), close: server.close }
    const id = await write([edit])
    expect(server.state.signed.has(id)).toBe(true)
  })

  it('is refused if a file would lose its mode, and leaves nothing behind', async () => {
    const { server, session } = await openGitHub(checkout, { tokenOf: 'person' })
    opened = { writer: githubWriter(session, { verified: true }), close: server.close }
    await expect(write([edit, program])).rejects.toMatchObject({
      problems: [
        {
          code: 'forge.refused',
          message: expect.stringContaining('file mode'),
          hint: expect.stringContaining('GitHub App'),
        },
      ],
    })
    expect(branchesOf(checkout)).toEqual(['main'])
  })

  it('keeps the mode of a file with the token of an app', async () => {
    const { server, session } = await openGitHub(checkout)
    opened = { writer: githubWriter(session, { verified: true }), close: server.close }
    await write([program])
    expect(treeOf(branch).join('\n')).toMatch(/100755 blob \w+\tscripts\/deploy.sh/)
  })

  it('is made by the next run after a killed one, which also deletes the temporary branch', async () => {
    const { server, session } = await openGitHub(checkout, { tokenOf: 'person' })
    opened = { writer: githubWriter(session, { verified: true }), close: server.close }
    const stored = await opened.writer.writeTree(headOf('main'), [edit])
    await opened.writer.writeCommit(stored, commitMessage(proposalOf(), stored))
    expect(branchesOf(checkout)).toHaveLength(2)
    opened = { ...opened, writer: githubWriter(session, { verified: true }) }
    commitAs(checkout.dir, 'notes.md', 'x\n')
    git(checkout.dir, ['push', '--quiet', 'origin', 'main'])
    await write([edit])
    expect(branchesOf(checkout)).toEqual(['main', branch])
  })

  it('needs no signature unless settings require it', async () => {
    const { server, session } = await openGitHub(checkout, { tokenOf: 'person' })
    opened = { writer: githubWriter(session), close: server.close }
    const id = await write([edit])
    expect(server.state.signed.has(id)).toBe(false)
    expect(server.requests.filter(({ path }) => path === '/graphql')).toHaveLength(1)
  })
})
