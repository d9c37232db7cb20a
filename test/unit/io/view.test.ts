import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCommit } from '../../../plugin/io/commit-tree.ts'
import { mountView } from '../../../plugin/io/mount-view.ts'
import { openWorkTree } from '../../../plugin/io/work-tree.ts'
import type { RepositoryView } from '../../../plugin/model/source.ts'
import { memoryView } from '../memory-view.ts'

const files = {
  'top.yaml': 'top',
  'apps/web/a.yaml': 'a',
  'apps/web/b.yaml': 'b',
  'apps/link.yaml': '-> web/a.yaml',
  linked: '-> apps/web',
  up: '-> apps/../apps/web/../link.yaml',
  broken: '-> apps/gone.yaml',
  outside: '-> ../secret',
  absolute: '-> /etc/passwd',
  one: '-> two',
  two: '-> one',
}

const root = { directory: '' }
beforeEach(() => {
  root.directory = mkdtempSync(join(tmpdir(), 'tortoise-view-'))
})
afterEach(() => rmSync(root.directory, { recursive: true, force: true }))

function write(): string {
  for (const [path, text] of Object.entries(files)) {
    const at = join(root.directory, path)
    mkdirSync(dirname(at), { recursive: true })
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), at)
    else writeFileSync(at, text)
  }
  return root.directory
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', ...args], {
    cwd: root.directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

/** The same files in memory, on disk, and in a commit. */
const views: Readonly<Record<string, () => Promise<RepositoryView>>> = {
  'in memory': async () => memoryView(files),
  'on disk': async () => openWorkTree(write()),
  'in a commit': async () => {
    write()
    git('init', '-q')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    const commit = git('rev-parse', 'HEAD')
    writeFileSync(join(root.directory, 'top.yaml'), 'changed since')
    return openCommit(join(root.directory, '.git'), commit)
  },
}

const codeOf = async (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'no error',
    (error: { readonly problems?: readonly { readonly code: string }[] }) =>
      error.problems?.[0]?.code ?? error,
  )

describe.each(Object.keys(views))('a view of files %s', (name) => {
  const open = async () => (await views[name]?.()) ?? memoryView({})

  it('reads files and recognises directories', async () => {
    const view = await open()
    expect(await view.read('top.yaml')).toEqual({ path: 'top.yaml', text: 'top' })
    expect(await view.read('./apps//web/../web/a.yaml')).toEqual({ path: 'apps/web/a.yaml', text: 'a' })
    expect(Buffer.from((await view.bytes('apps/web/b.yaml')) ?? []).toString()).toBe('b')
    expect(await view.kind('top.yaml')).toBe('file')
    expect(await view.kind('apps')).toBe('directory')
    expect(await view.kind('apps/')).toBe('directory')
    expect(await view.kind('.')).toBe('directory')
    for (const gone of ['gone', 'apps/gone', 'top.yaml/x', 'gone/x']) {
      expect(await view.kind(gone)).toBeUndefined()
      expect(await view.read(gone)).toBeUndefined()
      expect(await view.bytes(gone)).toBeUndefined()
      expect(await view.list(gone)).toEqual([])
    }
    expect(await view.read('apps')).toBeUndefined()
    expect(await view.bytes('apps')).toBeUndefined()
  })

  it('lists the entries of a directory by name; links are listed as links', async () => {
    const view = await open()
    expect(await view.list('apps')).toEqual([
      { name: 'link.yaml', kind: 'link' },
      { name: 'web', kind: 'directory' },
    ])
    expect((await view.list('.')).map((entry) => entry.name)).toEqual(
      Object.keys(files)
        .map((path) => path.split('/')[0] ?? '')
        .filter((one, index, all) => all.indexOf(one) === index)
        .sort(),
    )
    expect(await view.list('top.yaml')).toEqual([])
  })

  it('follows links inside the repository', async () => {
    const view = await open()
    expect(await view.read('apps/link.yaml')).toEqual({ path: 'apps/web/a.yaml', text: 'a' })
    expect(await view.read('linked/b.yaml')).toEqual({ path: 'apps/web/b.yaml', text: 'b' })
    expect(await view.read('up')).toEqual({ path: 'apps/web/a.yaml', text: 'a' })
    expect(await view.kind('linked')).toBe('directory')
    expect((await view.list('linked')).map((entry) => entry.name)).toEqual(['a.yaml', 'b.yaml'])
    expect(await view.read('broken')).toBeUndefined()
  })

  it.each(['outside', 'absolute', 'one', '../x', '..', '/etc/passwd', 'apps/../../x'])(
    'refuses the path %s',
    async (path) => {
      const view = await open()
      for (const method of [view.kind, view.read, view.bytes, view.list])
        expect(await codeOf(method(path))).toBe('path.outside')
    },
  )

  it('shows pending texts instead of files, and in new files', async () => {
    const view = await open()
    const edited = view.with(
      new Map([
        ['apps/web/a.yaml', 'edited'],
        ['new/dir/c.yaml', 'c'],
      ]),
    )
    expect(await edited.read('apps/link.yaml')).toEqual({ path: 'apps/web/a.yaml', text: 'edited' })
    expect(Buffer.from((await edited.bytes('linked/a.yaml')) ?? []).toString()).toBe('edited')
    expect(await edited.read('new/dir/c.yaml')).toEqual({ path: 'new/dir/c.yaml', text: 'c' })
    expect(await edited.kind('new/dir')).toBe('directory')
    expect(await edited.list('new')).toEqual([{ name: 'dir', kind: 'directory' }])
    expect((await edited.list('apps/web')).map((entry) => entry.name)).toEqual(['a.yaml', 'b.yaml'])
    expect(await view.read('apps/web/a.yaml')).toMatchObject({ text: 'a' })
    expect(await view.read('new/dir/c.yaml')).toBeUndefined()
  })

  it('keeps its origin, the view without pending texts, after several edits', async () => {
    const view = await open()
    const twice = view.with(new Map([['a', '1']])).with(
      new Map([
        ['b', '2'],
        ['a', '3'],
      ]),
    )
    expect(await twice.read('a')).toMatchObject({ text: '3' })
    expect(await twice.read('b')).toMatchObject({ text: '2' })
    expect(twice.origin).toBe(view)
    expect(view.origin).toBe(view)
  })
})

describe('a view', () => {
  it('refuses to read a binary file as text, but returns its bytes', async () => {
    writeFileSync(join(root.directory, 'a.bin'), Uint8Array.of(0xff, 0xfe))
    const view = openWorkTree(root.directory)
    expect(await codeOf(view.read('a.bin'))).toBe('yaml.refused')
    expect([...((await view.bytes('a.bin')) ?? [])]).toEqual([0xff, 0xfe])
  })

  it('keeps a byte order mark', async () => {
    expect((await memoryView({ a: '\uFEFFx' }).read('a'))?.text).toBe('\uFEFFx')
  })

  it('of a work tree hides .git', async () => {
    mkdirSync(join(root.directory, '.git'))
    writeFileSync(join(root.directory, '.git', 'config'), '')
    const view = openWorkTree(root.directory)
    expect(await view.list('.')).toEqual([])
    expect(await view.kind('.git/config')).toBeUndefined()
  })

  it('of a missing commit is an error', async () => {
    git('init', '-q')
    expect(await codeOf(openCommit(join(root.directory, '.git'), '0'.repeat(40)))).toBe('git.missing')
  })
})

describe('a view mounted in another one', () => {
  const base = () => memoryView({ 'a.yaml': 'base', 'charts/x.yaml': 'hidden', link: '-> charts/web/b.yaml' })
  const inner = () => memoryView({ 'web/b.yaml': 'inner', up: '-> ../a.yaml', l: '-> web/b.yaml' })
  const mounted = () => mountView(base(), 'charts', inner())

  it('reads each view below its own directory', async () => {
    const view = mounted()
    expect(await view.read('a.yaml')).toEqual({ path: 'a.yaml', text: 'base' })
    expect(await view.read('charts/web/b.yaml')).toEqual({ path: 'charts/web/b.yaml', text: 'inner' })
    expect(await view.read('charts/l')).toEqual({ path: 'charts/web/b.yaml', text: 'inner' })
    expect(await view.read('x/../charts/web/b.yaml')).toMatchObject({ text: 'inner' })
    expect(await view.read('charts/x.yaml')).toBeUndefined()
    expect(await view.kind('charts')).toBe('directory')
    expect(await view.kind('charts/web')).toBe('directory')
    expect(await view.list('charts')).toEqual([
      { name: 'l', kind: 'link' },
      { name: 'up', kind: 'link' },
      { name: 'web', kind: 'directory' },
    ])
    expect(Buffer.from((await view.bytes('charts/web/b.yaml')) ?? []).toString()).toBe('inner')
    expect(Buffer.from((await view.bytes('a.yaml')) ?? []).toString()).toBe('base')
  })

  it('keeps the views apart: links do not cross', async () => {
    const view = mounted()
    expect(await codeOf(view.read('charts/up'))).toBe('path.outside')
    expect(await view.read('link')).toBeUndefined()
    expect(await view.kind('chartsx')).toBeUndefined()
  })

  it('passes pending texts to the right view', async () => {
    const view = mounted()
    const edited = view
      .with(
        new Map([
          ['a.yaml', '1'],
          ['charts/web/b.yaml', '2'],
        ]),
      )
      .with(new Map([['charts/n.yaml', '3']]))
    expect(await edited.read('a.yaml')).toMatchObject({ text: '1' })
    expect(await edited.read('charts/web/b.yaml')).toMatchObject({ text: '2' })
    expect(await edited.read('charts/n.yaml')).toEqual({ path: 'charts/n.yaml', text: '3' })
    expect(edited.origin).toBe(view)
    expect(view.origin).toBe(view)
    expect(await view.read('a.yaml')).toMatchObject({ text: 'base' })
  })
})
