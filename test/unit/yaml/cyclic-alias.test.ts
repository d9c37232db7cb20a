import { expect, it } from 'vitest'
import { readObjects } from '../../../plugin/yaml/objects.ts'
import { openYaml } from '../../../plugin/yaml/open.ts'
import { parseDocuments, parseValue } from '../../../plugin/yaml/parse.ts'

const cycles = ['a: &a [*a]\n', 'a: &a {b: {c: *a}}\n', '&root\na: 1\nb: [*root]\n', 'a: &a\n  <<: *a\n']

it.each(cycles)('a value that contains itself is refused with its place: %j', (text) => {
  const [error] = parseDocuments(text).flatMap(({ errors }) => errors)
  expect(error?.message).toMatch(/contains itself/)
  expect(() => parseValue(text)).toThrow(/contains itself/)
  const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n${text}`
  expect(() => readObjects('x.yaml', manifest)).toThrow(/not YAML: The alias \*\w+ contains itself/)
  expect(openYaml('x.yaml', text)).toMatchObject({ ok: false, problem: { place: { file: 'x.yaml' } } })
})

it('an alias beside its anchor is no cycle, however often it is used', () => {
  const text = 'a: &a {b: 1}\nc: [*a, *a]\nd: {<<: *a}\n'
  expect(parseDocuments(text).flatMap(({ errors }) => errors)).toEqual([])
  expect(parseValue(text, { merge: true })).toEqual({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }], d: { b: 1 } })
})
