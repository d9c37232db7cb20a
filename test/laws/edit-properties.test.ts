import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { insertValue } from '../../plugin/edit/insert.ts'
import { replaceScalar } from '../../plugin/edit/replace.ts'
import type { ScalarSite } from '../../plugin/model/site.ts'
import { openYaml } from '../../plugin/yaml/open.ts'
import type { FoundScalar } from '../../plugin/yaml/scalars.ts'
import { scalarsOf } from '../../plugin/yaml/scalars.ts'
import { applySplices } from '../../plugin/yaml/splice.ts'

const seed = 20260914
const numRuns = 3000

const key = fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,8}$/)
const scalarValue = fc.oneof(
  fc.constantFrom('100m', '512Mi', '0.5', 'true', 'text with spaces', '# not a comment', "it's", 'a: b', ''),
  fc.nat(9999),
  fc.boolean(),
  fc.constant(null),
  fc.constant({}),
)
const tree = fc.letrec<{ node: unknown; map: Record<string, unknown> }>((tie) => ({
  map: fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 4 }),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarValue,
    tie('map'),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).map

/** A tree in one of the many styles of YAML. */
const written = fc
  .record({
    value: tree,
    indent: fc.constantFrom(2, 3, 4),
    indentSeq: fc.boolean(),
    quotes: fc.constantFrom<'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE'>(
      'PLAIN',
      'QUOTE_DOUBLE',
      'QUOTE_SINGLE',
    ),
    flow: fc.boolean(),
    crlf: fc.boolean(),
    mark: fc.boolean(),
    finalNewline: fc.boolean(),
    comment: fc.boolean(),
  })
  .map(({ value, indent, indentSeq, quotes, flow, crlf, mark, finalNewline, comment }) => {
    const options = {
      indent,
      indentSeq,
      defaultStringType: quotes,
      lineWidth: 0,
      collectionStyle: flow ? 'flow' : 'any',
    } as const
    const body = stringify(value, options)
    const noted = comment && !flow ? body.replace(/^([a-z][\w-]*:) (\S.*)$/m, '$1 $2 # a remark') : body
    const text = `${mark ? '---\n' : ''}${finalNewline ? noted : noted.trimEnd()}`
    return crlf ? text.replaceAll('\n', '\r\n') : text
  })

const decode = (text: string): readonly unknown[] =>
  parseAllDocuments(text).map((document) => document.toJS())

/** The decoded values without one path, to compare everything else. */
function without(value: unknown, path: readonly (string | number)[]): unknown {
  const copy = structuredClone(value)
  const [last, ...before] = [...path].reverse()
  let at = copy as Record<string | number, unknown>
  for (const step of before.reverse()) at = at[step] as Record<string | number, unknown>
  if (last !== undefined) delete at[last]
  return copy
}

describe('replacing a scalar', () => {
  it('changes only the characters and the value of that scalar', () => {
    fc.assert(
      fc.property(written, fc.nat(), (text, pick) => {
        const opened = openYaml('f', text)
        fc.pre(opened.ok)
        const scalars = opened.ok ? scalarsOf(opened.yaml) : []
        fc.pre(scalars.length > 0)
        const scalar = scalars[pick % scalars.length]
        if (scalar === undefined) return
        const [start, end] = scalar.range
        const site: ScalarSite = {
          kind: 'scalar',
          file: 'f',
          line: 1,
          column: 1,
          document: 0,
          path: scalar.path,
          range: scalar.range,
          text: text.slice(start, end),
        }
        const splice = replaceScalar(text, site, { to: '7m' })
        const after = applySplices(text, splice ? [splice] : [])
        expect(after.slice(0, start)).toBe(text.slice(0, start))
        expect(after.slice(after.length - (text.length - end))).toBe(text.slice(end))
        expect(without(decode(after)[0], scalar.path)).toEqual(without(decode(text)[0], scalar.path))
        const back = replaceScalar(
          after,
          { ...site, range: [start, end + after.length - text.length], text: splice?.text ?? '' },
          { to: scalar.value },
        )
        if (scalar.quote === '') expect(applySplices(after, back ? [back] : [])).toBe(text)
      }),
      { seed, numRuns },
    )
  })
})

describe('setting a value', () => {
  const valueAt = (text: string, path: FoundScalar['path']): FoundScalar | undefined => {
    const opened = openYaml('f', text)
    const all = opened.ok ? scalarsOf(opened.yaml) : []
    return all.find((one) => one.path.join('\0') === path.join('\0'))
  }
  const set = (text: string, path: FoundScalar['path'], value: string): string => {
    const found = valueAt(text, path)
    if (found === undefined) return text
    const place = { kind: 'scalar', file: 'f', line: 1, column: 1, document: 0, path } as const
    const splice = replaceScalar(
      text,
      { ...place, range: found.range, text: text.slice(...found.range) },
      { to: value },
    )
    return applySplices(text, splice ? [splice] : [])
  }
  const quantity = fc.constantFrom('7m', '1500m', '2', '0.5', '96Mi', '1Gi', '900MiB')

  it('twice has the result of once, and setting the old value restores every byte', () => {
    fc.assert(
      fc.property(written, fc.nat(), quantity, (text, pick, value) => {
        const opened = openYaml('f', text)
        fc.pre(opened.ok)
        const sizes = opened.ok ? scalarsOf(opened.yaml).filter((one) => /^[\w.]+$/.test(one.value)) : []
        const scalar = sizes[pick % sizes.length]
        fc.pre(scalar !== undefined)
        if (scalar === undefined) return
        const once = set(text, scalar.path, value)
        expect(valueAt(once, scalar.path)?.value).toBe(value)
        expect(set(once, scalar.path, value)).toBe(once)
        expect(set(once, scalar.path, scalar.value)).toBe(text)
      }),
      { seed, numRuns },
    )
  })
})

describe('inserting a value', () => {
  it('adds only the lines of its own path', () => {
    fc.assert(
      fc.property(written, fc.nat(), fc.integer({ min: 1, max: 3 }), (text, pick, depth) => {
        const opened = openYaml('f', text)
        fc.pre(opened.ok)
        if (!opened.ok) return
        const maps = mappingPaths(decode(text)[0])
        const path = [...(maps[pick % maps.length] ?? []), ...['new1', 'new2', 'new3'].slice(0, depth)]
        const result = insertValue(opened.yaml, { document: 0, path, value: '100m' })
        fc.pre(result.ok)
        if (!result.ok) return
        const after = applySplices(text, result.splices)
        const removed = result.splices.map(({ start, end }) => text.slice(start, end)).join('')
        // Only an empty value may be replaced: {} or null.
        expect(removed.trim()).toMatch(/^(\{\s*\}|null|~)?$/)
        expect(
          path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], decode(after)[0]),
        ).toBe('100m')
        const top = path.slice(0, path.length - depth + 1)
        expect(emptied(without(decode(after)[0], top))).toEqual(emptied(decode(text)[0]))
      }),
      { seed, numRuns },
    )
  })
})

function mappingPaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return value === null ? [path] : []
  const below = Object.entries(value).flatMap(([step, inner]) =>
    mappingPaths(inner, [...path, Array.isArray(value) ? Number(step) : step]),
  )
  return Array.isArray(value) ? below : [path, ...below]
}

/** A value with every null replaced by {}: `key:` and `key: {}` are the same after an insertion. */
function emptied(value: unknown): unknown {
  if (value === null) return {}
  if (Array.isArray(value)) return value.map(emptied)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([step, inner]) => [step, emptied(inner)]))
}
