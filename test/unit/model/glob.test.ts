import fc from 'fast-check'
import picomatch from 'picomatch'
import { describe, expect, it } from 'vitest'
import { anyGlob, globBase, globMatcher } from '../../../plugin/model/glob.ts'

describe('globMatcher', () => {
  it.each([
    ['*', ['a', 'a.yaml'], ['.a', 'a/b']],
    ['a/*', ['a/b'], ['a', 'a/', 'a/b/c', 'a/.b']],
    ['**', ['a', 'a/b/c'], ['.a', 'a/.b']],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['xx', 'a/xx']],
    ['a/**', ['a', 'a/b', 'a/b/c'], ['ab']],
    ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['ac', 'a/bc']],
    ['*.yaml', ['a.yaml'], ['a.yml', 'a/b.yaml', '.a.yaml']],
    ['.github/*', ['.github/a'], ['github/a']],
    ['a**b', ['ab', 'axb'], ['a/b']],
    ['{a,b}.yml', ['a.yml', 'b.yml'], ['c.yml', 'a,b.yml']],
    ['{a,{b,c}d}', ['a', 'bd', 'cd'], ['b']],
    ['[a-c]x', ['bx'], ['dx', '/x']],
    ['[!a]x', ['bx'], ['ax', '/x']],
    ['a?c', ['abc'], ['ac', 'a/c']],
    ['a\\*b', ['a*b'], ['axb']],
    ['a.b+c(d)|e^$', ['a.b+c(d)|e^$'], ['aXb+c(d)|e^$']],
    ['[a', ['[a'], ['a']],
    ['{a', ['{a'], ['a']],
  ])('%s', (pattern, matching, other) => {
    const matches = globMatcher(pattern)
    expect(matching.filter((path) => !matches(path))).toEqual([])
    expect(other.filter((path) => matches(path))).toEqual([])
  })

  it('lets stars match slashes and hidden names where asked', () => {
    expect(globMatcher('*.yaml', { crossing: true })('a/b.yaml')).toBe(true)
    expect(globMatcher('*', { dot: true })('.a')).toBe(true)
    expect(globMatcher('a/**', { dot: true })('a/.b/c')).toBe(true)
  })

  it('agrees with picomatch on patterns of names, stars and slashes', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*', '*b', 'a?', '{a,b}')
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'abc'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), path, (parts, names) => {
        // picomatch lets `a/**` match `a`, and `*/**` not: an end of stars is tested by the table above.
        const [pattern, text] = [[...parts, 'b'].join('/'), [...names, 'b'].join('/')]
        expect([pattern, text, globMatcher(pattern)(text)]).toEqual([pattern, text, picomatch(pattern)(text)])
      }),
      { seed: 7, numRuns: 3_000 },
    )
  })

  it.each([
    ['stars', '*a'.repeat(400), 'a'.repeat(20_000)],
    ['stars and slashes', '**/'.repeat(300), 'a/'.repeat(5_000)],
    ['nested braces', `${'{a,'.repeat(200)}b${'}'.repeat(200)}`, 'a'.repeat(5_000)],
    ['an extended glob', '+(a|+(a|+(a)))'.repeat(50), 'a'.repeat(5_000)],
  ])('ends soon for many %s', (_, pattern, text) => {
    // The test's own time limit ends it where the time grows exponentially.
    expect(globMatcher(pattern)(`${text}!`)).toBe(false)
  })

  it('refuses a pattern that is too long, with its beginning and what to write', () => {
    expect(() => globMatcher('a'.repeat(1_001))).toThrow(/cannot be read: it is longer than 1000 characters/)
  })
})

it('anyGlob without patterns matches nothing', () => {
  expect(anyGlob([])('a')).toBe(false)
  expect(anyGlob(['b', 'a'])('a')).toBe(true)
})

it.each([
  ['a/b/*.yaml', 'a/b'],
  ['a/b', 'a/b'],
  ['*', ''],
  ['a/b*/c', 'a'],
  ['ab{c,d}', ''],
])('globBase of %s is %j', (pattern, base) => {
  expect(globBase(pattern)).toBe(base)
})
