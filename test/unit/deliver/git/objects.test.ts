import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { draftEdits, moveBranch, resolveCommit, writeDraft } from '../../../../plugin/deliver/git/objects.ts'
import { applyFiles, readText } from '../../../../plugin/deliver/git/tree.ts'
import { inert } from '../../../../plugin/model/text/inert.ts'
import { after, author, before, type Checkout, deployment, git, makeCheckout, now } from '../lab.ts'

let checkout: Checkout
beforeEach(() => {
  checkout = makeCheckout()
})
afterEach(() => checkout.close())

const treeOf = (dir: string, ref: string) => git(dir, ['ls-tree', '-r', '-t', ref]).split('\n')
const layMain = (files: Readonly<Record<string, string>>) =>
  applyFiles(
    checkout.repository,
    git(checkout.dir, ['rev-parse', 'main^{tree}']),
    new Map(Object.entries(files)),
  )

describe('a tree with edits applied', () => {
  it('keeps modes, links, submodules and odd names of every other entry', async () => {
    const { tree } = await layMain({ [deployment]: after, 'scripts/deploy.sh': '#!/bin/bash\n' })
    const [old, made] = [treeOf(checkout.dir, 'main'), treeOf(checkout.dir, tree)]
    const shape = (line: string) => line.replace(/ [0-9a-f]{40}\t/, ' ')
    expect(made.map(shape)).toEqual(old.map(shape))
    const changed = made.filter((line) => !old.includes(line)).map(shape)
    expect(changed).toEqual([
      '040000 tree apps',
      '040000 tree apps/api',
      `100644 blob ${deployment}`,
      '040000 tree scripts',
      '100755 blob scripts/deploy.sh',
    ])
    expect(git(checkout.dir, ['show', `${tree}:${deployment}`])).toBe(after.trimEnd())
  })

  it('gets the directories that a new file needs, in the order that Git requires', async () => {
    const { tree, objects } = await layMain({
      'apps/api/patches/cpu.yaml': 'x: 1\n',
      'apps/api-b/a.yaml': '',
    })
    expect(git(checkout.dir, ['ls-tree', '--name-only', `${tree}:apps`]).split('\n')).toEqual([
      'api-b',
      'api.yaml',
      'api',
      'current',
      'web',
    ])
    expect(objects).toHaveLength(7)
    expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('contains a file whose name is not ASCII', async () => {
    const { tree } = await layMain({ 'apps/web/hütte.yaml': 'b: 3\n' })
    expect(git(checkout.dir, ['ls-tree', '-r', '-z', '--name-only', `${tree}:apps/web`])).toBe('hütte.yaml\0')
    expect(await readText(checkout.repository, tree, 'apps/web/hütte.yaml')).toBe('b: 3\n')
  })

  it('has no new objects when nothing differs', async () => {
    expect((await layMain({ [deployment]: before })).objects).toEqual([])
  })

  it('keeps names that are not UTF-8 and modes that Git no longer writes', async () => {
    const blob = git(checkout.dir, ['hash-object', '-w', '--stdin'], 'x')
    const line = (mode: string, name: string) =>
      `${mode} ${name}\0${Buffer.from(blob, 'hex').toString('latin1')}`
    const write = (...lines: string[]) =>
      git(
        checkout.dir,
        ['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'],
        Buffer.from(lines.join(''), 'latin1'),
      )
    const [cafe, made, old] = [line('100644', 'caf\xe9'), line('100644', 'new'), line('100664', 'old')]
    const applied = await applyFiles(checkout.repository, write(cafe, old), new Map([['new', 'x']]))
    expect(applied.tree).toBe(write(cafe, made, old))
  })

  it.each([
    ['a link', 'apps/current'],
    ['a directory', 'apps/api'],
    ['a submodule', 'vendor/chart'],
    ['a file behind a link', 'apps/current/deployment.yaml'],
    ['a path below a file', 'apps/api.yaml/x'],
  ])('never overwrites %s', async (_what, path) => {
    await expect(layMain({ [path]: 'x' })).rejects.toMatchObject({ problems: [{ code: 'git.conflict' }] })
  })

  it.each(['../x', 'a/../b', '.git/config', 'a/.GIT/hooks/x', '/etc/passwd', 'a//b', ''])(
    'refuses the path %j',
    async (path) => {
      await expect(layMain({ [path]: 'x' })).rejects.toMatchObject({ problems: [{ code: 'path.outside' }] })
    },
  )

  it('returns the text of a file, and nothing for a missing one', async () => {
    const tree = git(checkout.dir, ['rev-parse', 'main^{tree}'])
    expect(await readText(checkout.repository, tree, deployment)).toBe(before)
    expect(await readText(checkout.repository, tree, 'apps/current')).toBeUndefined()
    expect(await readText(checkout.repository, tree, 'apps/none.yaml')).toBeUndefined()
  })
})

describe('a draft', () => {
  const draftMain = (text = before) =>
    draftEdits(checkout.repository, git(checkout.dir, ['rev-parse', 'main']), [
      { file: deployment, before: text, after },
    ])

  it('becomes one commit that passes git fsck', async () => {
    const draft = await draftMain()
    const id = await writeDraft(checkout.repository, draft, { message: inert`perf: x\n`, author, now })
    expect(git(checkout.dir, ['show', '--no-patch', '--format=%P %cn <%ce> %ct %s', id])).toBe(
      `${draft.base} GitOps Tortoise <tortoise@example.com> 1772337600 perf: x`,
    )
    expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('does not move a branch that moved since it was read', async () => {
    const id = await writeDraft(checkout.repository, await draftMain(), { message: inert`m`, author, now })
    git(checkout.dir, ['branch', 'tortoise/main'])
    await expect(
      moveBranch(checkout.repository, 'tortoise/main', { from: undefined, to: id }),
    ).rejects.toMatchObject({ problems: [{ code: 'git.moved' }] })
    expect(git(checkout.dir, ['rev-parse', 'tortoise/main'])).toBe(git(checkout.dir, ['rev-parse', 'main']))
  })

  it("keeps its headers whatever the author's name is", async () => {
    const evil = { name: 'x\nparent 1 <y>', email: 'a@b>\n' }
    const id = await writeDraft(checkout.repository, await draftMain(), {
      message: inert`m`,
      author: evil,
      now,
    })
    expect(git(checkout.dir, ['show', '--no-patch', '--format=%an|%ae', id])).toBe('x parent 1 y|a@b')
    expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('is refused when the edited file differs from the committed one', async () => {
    await expect(draftMain(`${before}# local work\n`)).rejects.toMatchObject({
      problems: [{ code: 'git.conflict', place: { file: deployment } }],
    })
  })
})

describe('a base branch', () => {
  it('is found in packed refs and packs', async () => {
    git(checkout.dir, ['gc', '--quiet'])
    expect(await resolveCommit(checkout.repository, 'main')).toBe(git(checkout.dir, ['rev-parse', 'main']))
  })

  it('is found on origin when HEAD is detached and there is no local branch', async () => {
    git(checkout.dir, ['checkout', '--quiet', '--detach'])
    git(checkout.dir, ['branch', '--delete', '--force', 'main'])
    expect(await resolveCommit(checkout.repository, 'main')).toBe(git(checkout.dir, ['rev-parse', 'HEAD']))
  })

  it('that is missing stops with a hint', async () => {
    await expect(resolveCommit(checkout.repository, 'prod')).rejects.toMatchObject({
      problems: [{ code: 'git.missing', hint: expect.stringContaining('prod') }],
    })
  })

  it('is missing when there is no repository', async () => {
    fs.rmSync(join(checkout.dir, '.git'), { recursive: true })
    await expect(resolveCommit(checkout.repository, 'main')).rejects.toMatchObject({
      problems: [{ code: 'git.missing' }],
    })
  })
})
