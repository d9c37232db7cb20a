import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobDirectory, blobMemory } from '../../../plugin/io/blob-directory.ts'
import { gitUrl } from '../../../plugin/store/git-url.ts'
import { indexEntries } from '../../../plugin/store/index-entries.ts'
import { serveGit } from '../../lab/git-server.ts'
import { memoryView } from '../memory-view.ts'
import { type Answers, chart, failure, indexOf, type OddServer, serve, storeWith } from './ground.ts'

let server: OddServer
let answers: Answers = {}
beforeAll(async () => {
  server = await serve(() => answers)
})
afterAll(() => server.close())

describe('a cache', () => {
  const wanted = () => ({ repository: server.url, name: 'web', version: '1.0.0' })
  const good = () => {
    answers = { '/index.yaml': indexOf('web.tgz'), '/web.tgz': chart() }
    server.requests.splice(0)
  }

  it('gives an exact version for ever, and a range for a while', async () => {
    good()
    const directory = blobMemory()
    let time = 1_000
    const open = () => storeWith({ allow: [server.url], directory, refreshMs: 1_000, now: () => time })
    await open().chart(wanted())
    await open().chart({ ...wanted(), version: '1.x' })
    const first = server.requests.length
    time += 900
    await open().chart(wanted())
    await open().chart({ ...wanted(), version: '1.x' })
    expect(server.requests.length).toBe(first)
    time += 900
    await open().chart(wanted())
    expect(server.requests.length).toBe(first)
    await open().chart({ ...wanted(), version: '1.x' })
    expect(server.requests.length).toBeGreaterThan(first)
  })

  it('is all that an offline store reads: what is missing is named', async () => {
    good()
    const directory = blobMemory()
    const offline = () => storeWith({ allow: [server.url], directory, offline: true, now: () => 1e15 })
    expect(await failure(offline().chart({ ...wanted(), version: '1.x' }))).toContain(
      `web of ${server.url} 1.x is not in the cache`,
    )
    await storeWith({ allow: [server.url], directory }).chart({ ...wanted(), version: '1.x' })
    const before = server.requests.length
    expect(await offline().chart({ ...wanted(), version: '1.x' })).toMatchObject({ version: '1.0.0' })
    expect(server.requests.length).toBe(before)
  })

  it('whose content was changed is not believed', async () => {
    good()
    const kept = new Map<string, Uint8Array>()
    const directory = {
      read: async (name: string) => kept.get(name),
      write: async (name: string, bytes: Uint8Array | string) => void kept.set(name, Buffer.from(bytes)),
    }
    await storeWith({ allow: [server.url], directory }).chart(wanted())
    for (const name of kept.keys()) if (name.startsWith('sha256/')) kept.set(name, Buffer.from('changed'))
    await storeWith({ allow: [server.url], directory }).chart(wanted())
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/index.yaml',
      '/web.tgz',
      '/index.yaml',
      '/web.tgz',
    ])
    for (const name of kept.keys()) if (name.startsWith('names/')) kept.set(name, Buffer.from('{'))
    await storeWith({ allow: [server.url], directory }).chart(wanted())
    expect(server.requests.length).toBe(6)
  })

  it('that cannot be written is said once, and stops nothing', async () => {
    good()
    const file = join(mkdtempSync(join(tmpdir(), 'tortoise-cache-')), 'a-file')
    writeFileSync(file, '')
    const said: string[] = []
    const warn = (message: string) => void said.push(message)
    const store = storeWith({ allow: [server.url], directory: blobDirectory(file), warn })
    expect(await store.chart(wanted())).toMatchObject({ version: '1.0.0' })
    expect(said).toEqual([expect.stringContaining('what is fetched is not kept')])
  })

  it('mounts what was fetched read-only beside the files of the repository', async () => {
    good()
    const store = storeWith({ allow: [server.url] })
    const view = store.mount(memoryView({ 'a.yaml': 'a: 1\n' }))
    const { path } = await store.chart(wanted())
    expect((await view.read(`${path}/Chart.yaml`))?.text).toContain('name: web')
    expect((await view.list('.')).map(({ name }) => name)).toEqual(['a.yaml'])
    expect(store.shown(`${path}/values.yaml:3: no`)).toBe(
      `web 1.0.0 from ${server.url}: web/values.yaml:3: no`,
    )
  })
})

describe('an index', () => {
  const written = 'apiVersion: v1\nentries:\n  other:\n  - version: 9.9.9\n    urls:\n    - o.tgz\n'
  it('is read where Helm wrote it, where it is JSON, and where it is indented otherwise', () => {
    const entry = { version: '1.0.0', url: 'a.tgz', digest: 'ab' }
    const helm = `${written}  web:\n  - version: 1.0.0\n    digest: ab\n    urls:\n    - a.tgz\ngenerated: "x"\n`
    const json = '{"entries": {"web": [{"version": "1.0.0", "digest": "sha256:ab", "urls": ["a.tgz"]}]}}'
    const deep = 'entries:\n    web:\n        - {version: 1.0.0, digest: ab, urls: [a.tgz]}\n'
    expect([helm, json, deep].map((text) => indexEntries(text, 'web'))).toEqual([[entry], [entry], [entry]])
  })

  it('without the chart, or that is none, gives nothing', () => {
    expect([written, '<html>', '', '[]', 'entries: 1'].map((text) => indexEntries(text, 'web'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('a Git repository', () => {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-git-'))
  let gitServer: Server
  let url = ''
  const ids: string[] = []
  beforeAll(async () => {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
        cwd: join(root, 'work'),
        encoding: 'utf8',
      })
    mkdirSync(join(root, 'work'))
    git('init', '--quiet', '--initial-branch=main')
    for (const version of ['v1.0.0', 'v1.2.0', 'v2.0.0']) {
      writeFileSync(join(root, 'work/version.yaml'), `version: ${version}\n`)
      git('add', '--all')
      git('commit', '--quiet', `--message=${version}`)
      git('tag', '--annotate', '--message=x', version)
      ids.push(git('rev-parse', 'HEAD').trim())
    }
    git('clone', '--quiet', '--bare', '.', '../base.git')
    git('-C', '../base.git', 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    gitServer = createServer((request, response) => serveGit(root, request, response))
    await new Promise<void>((resolve) => gitServer.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(gitServer.address() as AddressInfo).port}/base.git`
  })
  afterAll(() => void gitServer.close())

  it.each([
    ['a tag', { ref: 'v1.0.0' }, 0],
    ['a branch', { ref: 'main' }, 2],
    ['a full name', { ref: 'refs/tags/v1.2.0' }, 1],
    ['the default branch', {}, 2],
    ['a range of tags', { semver: '1.x' }, 1],
    ['a range of tags', { semver: '>=1.0.0' }, 2],
  ])('is read at %s: %j', async (_, ref, at) => {
    const store = storeWith({ allow: [url] })
    const view = store.mount(memoryView({}))
    const { path, version } = await store.tree({ url, ...ref })
    expect(version).toBe(ids[at])
    expect((await view.read(`${path}/version.yaml`))?.text).toContain('version: v')
  })

  it('is read at a commit', async () => {
    const store = storeWith({ allow: [url] })
    expect((await store.tree({ url, ref: ids[0] ?? '' })).version).toBe(ids[0])
  })

  it('that lacks the name, or is not allowed, is named', async () => {
    expect(await failure(storeWith({ allow: [url] }).tree({ url, ref: 'v9' }))).toContain(
      'it has no branch or tag v9',
    )
    expect(await failure(storeWith({ allow: [] }).tree({ url }))).toContain('is not contacted')
    expect(await failure(storeWith({ allow: [url], offline: true }).tree({ url }))).toContain(
      'not in the cache',
    )
    expect(await failure(storeWith({ allow: [url] }).tree({ url, semver: '7.x' }))).toContain('7.x')
  })

  it('is not read by SSH, but by HTTPS where settings say that it is the same', () => {
    const read = (text: string) => gitUrl(text, ['github.com']).href
    for (const text of [
      'git@github.com:team/base.git',
      'ssh://git@github.com/team/base.git',
      'ssh://git@github.com:22/team/base.git',
      'https://ann:secret@github.com/team/base.git?x#y',
    ])
      expect(read(text)).toBe('https://github.com/team/base.git')
    expect(() => read('git@example.com:team/base.git')).toThrow('sshAsHttps: [example.com]')
    expect(() => read('file:///etc')).toThrow('is not the URL of a Git repository')
    expect(() => read('ext::sh -c id')).toThrow(/is not the URL|SSH URL/)
  })

  it('whose pack unpacks to too much, or is damaged, is a named failure', async () => {
    const id = 'a'.repeat(40)
    const advertised = `001e# service=git-upload-pack\n0000${line(`${id} refs/heads/main\0side-band\n`)}0000`
    const pack = (objects: readonly Buffer[], count = objects.length) => {
      const head = Buffer.alloc(12)
      head.write('PACK')
      head.writeUInt32BE(2, 4)
      head.writeUInt32BE(count, 8)
      return Buffer.concat([Buffer.from('0008NAK\n'), head, ...objects, Buffer.alloc(20)])
    }
    const blob = (size: number) => Buffer.concat([objectHead(size), deflateSync(Buffer.alloc(size))])
    const fetch = (body: Uint8Array) => {
      answers = { '/x.git/info/refs': advertised, '/x.git/git-upload-pack': body }
      return failure(storeWith({ allow: [server.url] }).tree({ url: `${server.url}/x.git`, ref: 'main' }))
    }
    expect(await fetch(pack([blob(3_000_000), blob(3_000_000)]))).toContain('larger than 4 MiB unpacked')
    expect(await fetch(pack([blob(10)], 1_000_000))).toContain('more than 100 objects')
    expect(await fetch(pack([blob(10)], 2))).toContain('the pack is damaged')
    expect(await fetch(pack([blob(10)]))).toContain('the pack is damaged')
    expect(await fetch(Buffer.from('0008NAK\n'))).toContain('the server sent no pack')
    answers = { '/x.git/info/refs': '<html>' }
    expect(await failure(storeWith({ allow: [server.url] }).tree({ url: `${server.url}/x.git` }))).toContain(
      'does not answer as a Git server does',
    )
    expect(await fetch(Buffer.from(line('ERR upload-pack: not our ref')))).toContain('not our ref')
  })
})

const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`

/** The header of a blob in a pack. */
function objectHead(size: number): Buffer {
  const bytes = [(3 << 4) | (size & 15)]
  for (let rest = size >> 4; rest > 0; rest >>= 7) {
    bytes.push(rest & 127)
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) | 128
  }
  return Buffer.from(bytes)
}
