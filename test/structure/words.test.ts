import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

// One letter of each is in brackets, so that this list is not found by its own patterns.
const banned = [
  'm[e]nd(s|ed|ing)?',
  'w[i]sh(es|ed)?',
  'd[e]sk',
  'h[e]ar(s|d)?',
  't[e]lls?',
  't[o]ld',
  't[e]lling',
  'st[a]nds?',
  'st[a]nding',
  'st[o]od',
  's[o]mebody was faster',
  'l[e]ft alone',
  'l[e]aves? (it|them|what|everything) alone',
  '(w[a]s|were) seen',
  'an[e]w',
  'am[i]ss',
  'gr[a]nted',
  'l[a]id over',
  'l[o]oked (at|through)',
]
const pattern = new RegExp(`\\b(${banned.join('|')})\\b`, 'i')

/** Files that people read, with code: data recorded from elsewhere is left out. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|mts|mjs|md|ya?ml|json|tpl|grit|txt)$|(^|\/)(Dockerfile|run)$/.test(file))
  .filter(
    (file) =>
      !/package-lock\.json$|hpa\/recorded\/|snapshot\.json$|github-description\/description\.json$/.test(
        file,
      ),
  )

it('no file has a word that the glossary bans', () => {
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
  expect(files.length).toBeGreaterThan(500)
  expect(found).toEqual([])
})
