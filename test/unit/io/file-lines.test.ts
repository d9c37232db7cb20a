import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fileLines } from '../../../plugin/io/file-lines.ts'

const directory = mkdtempSync(join(tmpdir(), 'tortoise-lines-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function linesOf(text: string, longest = 10_000_000): readonly string[] {
  const file = join(directory, 'text')
  writeFileSync(file, text)
  return [...fileLines({ file, shown: 'text', longest })]
}

it.each([
  ['nothing', '', []],
  ['a line without an end', 'a', ['a']],
  ['lines, of which one is empty', 'a\n\nb\n', ['a', '', 'b']],
])('has the lines of %s', (_, text, lines) => {
  expect(linesOf(text)).toEqual(lines)
})

it('joins what is read in parts, also in the middle of a character', () => {
  // Parts are of one mebibyte; a character of three bytes crosses the border.
  const long = `${'x'.repeat(1024 ** 2 - 1)}€ü`
  const lines = [long, 'next', long]
  expect(linesOf(lines.join('\n'))).toEqual(lines)
})

it('refuses a line that is longer than is read, and names the file', () => {
  expect(() => linesOf(`a\n${'x'.repeat(3 * 1024 ** 2)}`, 1024 ** 2)).toThrow(
    /^text: a line of the file is larger than 1 MiB/,
  )
})
