import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryStore } from '../../../plugin/io/day-store.ts'
import { withWorkspace } from '../../../plugin/io/workspace.ts'

describe('a workspace', () => {
  it('holds the files at their paths, and is removed after use', async () => {
    const files = [
      { path: 'a/b/c.yaml', content: 'text' },
      { path: 'd.bin', content: Uint8Array.of(1, 2, 3) },
      { path: 'run.sh', content: '#!/bin/sh\n', executable: true as const },
    ]
    const used = await withWorkspace(files, async (directory) => {
      expect(readFileSync(join(directory, 'a/b/c.yaml'), 'utf8')).toBe('text')
      expect([...readFileSync(join(directory, 'd.bin'))]).toEqual([1, 2, 3])
      expect(statSync(join(directory, 'run.sh')).mode & 0o777).toBe(0o700)
      expect(statSync(join(directory, 'd.bin')).mode & 0o100).toBe(0)
      writeFileSync(join(directory, 'more'), '')
      return directory
    })
    expect(existsSync(used)).toBe(false)
  })

  it('is readable only by its owner', async () => {
    await withWorkspace([], async (directory) => {
      expect(statSync(directory).mode & 0o077).toBe(0)
    })
  })

  it('is also removed after a failure', async () => {
    let path = ''
    const failing = withWorkspace([{ path: 'a', content: '' }], async (directory) => {
      path = directory
      throw new Error('failed')
    })
    await expect(failing).rejects.toThrow('failed')
    expect(path).not.toBe('')
    expect(existsSync(path)).toBe(false)
  })

  it('is a new one for each use', async () => {
    await withWorkspace([], (one) => withWorkspace([], async (other) => expect(other).not.toBe(one)))
  })
})

describe('the store of cached days', () => {
  const work = { directory: '' }
  beforeAll(() => {
    work.directory = mkdtempSync(join(tmpdir(), 'tortoise-days-'))
  })
  afterAll(() => rmSync(work.directory, { recursive: true, force: true }))

  it('reads back, lists and removes texts', async () => {
    const store = directoryStore(work.directory)
    expect(await store.read('a/1')).toBeUndefined()
    expect(await store.names('a/')).toEqual([])
    await store.write('a/1', 'one')
    await store.write('a/b/2', 'two')
    await store.write('c/3', 'three')
    expect(await store.read('a/1')).toBe('one')
    expect([...(await store.names('a/'))].sort()).toEqual(['a/1', 'a/b/2'])
    await store.write('a/1', 'other')
    expect(await store.read('a/1')).toBe('other')
    await store.forget('a/1')
    await store.forget('a/1')
    expect(await store.read('a/1')).toBeUndefined()
    expect(await store.names('a/')).toEqual(['a/b/2'])
  })

  it('writes atomically and leaves no temporary file', async () => {
    const store = directoryStore(work.directory)
    await Promise.all(Array.from({ length: 8 }, (_, index) => store.write('whole/x', String(index))))
    expect(readdirSync(join(work.directory, 'whole'))).toEqual(['x.gz'])
    expect(await store.read('whole/x')).toMatch(/^\d$/)
  })

  it('returns an empty text for a damaged file', async () => {
    const store = directoryStore(work.directory)
    await store.write('d', 'x')
    writeFileSync(join(work.directory, 'd.gz'), 'damaged')
    expect(await store.read('d')).toBe('')
  })
})
