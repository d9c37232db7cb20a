import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { looseSize } from '../../../plugin/io/loose-object.ts'

describe('the size of a loose object', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-loose-'))
  execFileSync('git', ['init', '--quiet', directory])
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const store = (text: string): string =>
    execFileSync('git', ['-C', directory, 'hash-object', '-w', '--stdin'], { input: text }).toString().trim()

  it.each([
    ['no text', ''],
    ['a short text', 'a: b\n'],
    [
      'a text of many letters, whose tables of codes are long',
      Array.from({ length: 40_000 }, (_, at) => String.fromCharCode(33 + ((at * at * 7 + at) % 90))).join(''),
    ],
    ['a long text of one letter', 'a'.repeat(5_000_000)],
  ])('is that of its header, for %s', async (_, text) => {
    expect(await looseSize(join(directory, '.git'), store(text))).toBe(text.length)
  })

  it('is not known of an object that is not there', async () => {
    expect(await looseSize(join(directory, '.git'), '0'.repeat(40))).toBeUndefined()
  })
})
