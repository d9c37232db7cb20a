import { RE2JS } from 're2js'
import { stop } from './problem.ts'

/** How a glob reads its wildcards. */
export interface GlobOptions {
  /** `*` and `?` match `/` as well, as in Argo CD's `directory.include`. */
  readonly crossing?: boolean
  /** Wildcards match names that begin with a dot; without it a pattern that names no such file matches none. */
  readonly dot?: boolean
}

/** The longest pattern that is read, in characters: long enough for lists of names, short enough to compile at once. */
const longest = 1_000

/** A name that begins with a dot. */
const hidden = /(^|[/{,])\.(?!\.?(\/|$))/

/**
 * A matcher for a glob with `*`, `**`, `?`, `[…]`, `{a,b}` and `\` escapes. The time of a match grows linearly with the
 * text, whatever the pattern (https://github.com/google/re2/wiki/WhyRE2): patterns come from repositories. Throws
 * `glob.invalid` for a pattern that is too long or that cannot be read.
 */
export function globMatcher(pattern: string, options: GlobOptions = {}): (path: string) => boolean {
  if (pattern.length > longest) throw invalid(pattern, `it is longer than ${longest} characters`)
  try {
    const compiled = RE2JS.compile(
      expressionOf(pattern.replace(/\*{2,}(\/\*{2,})+/g, '**'), options.crossing === true),
      RE2JS.DOTALL,
    )
    const shown = options.dot === true || options.crossing === true || hidden.test(pattern)
    // Wildcards match names; `.` is the root itself.
    return (path) => (path === '.' ? pattern === '.' : shown || !hidden.test(path)) && compiled.matches(path)
  } catch (cause) {
    throw invalid(pattern, cause instanceof Error ? cause.message : String(cause))
  }
}

/** Whether any of the globs matches; a list without globs matches nothing. */
export function anyGlob(patterns: readonly string[], options?: GlobOptions): (path: string) => boolean {
  const matchers = patterns.map((pattern) => globMatcher(pattern, options))
  return (path) => matchers.some((matches) => matches(path))
}

/** The directories that a pattern names before its first wildcard: where a search for its matches starts; `''` for the root. */
export function globBase(pattern: string): string {
  const fixed = /^[^*?[{\\]*/.exec(pattern)?.[0] ?? ''
  return fixed.length === pattern.length ? pattern : fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')))
}

const invalid = (pattern: string, why: string) =>
  stop('glob.invalid', `the pattern ${JSON.stringify(pattern.slice(0, 80))} cannot be read: ${why}`, {
    hint: 'Use *, **, ?, [a-z] and {a,b}; escape other special characters with a backslash.',
  })

const escaped = (character: string): string => character.replace(/[\\^$.|+()[\]{}*?-]/g, '\\$&')

interface Reader {
  readonly pattern: string
  readonly crossing: boolean
  at: number
  braces: number
  out: string
}

/** The RE2 expression of a glob. */
function expressionOf(pattern: string, crossing: boolean): string {
  const reader: Reader = { pattern, crossing, at: 0, braces: 0, out: '' }
  while (reader.at < pattern.length) {
    // Read first: it may take back what was written before.
    const expression = next(reader)
    reader.out += expression
  }
  return reader.out + ')'.repeat(reader.braces)
}

function next(reader: Reader): string {
  const { pattern, at, crossing } = reader
  const character = pattern[at] ?? ''
  if (character === '*') return stars(reader)
  if (character === '[') return characterClass(reader)
  reader.at += 1
  if (character === '?') return crossing ? '.' : '[^/]'
  if (character === '\\') {
    reader.at += 1
    return escaped(pattern[at + 1] ?? '\\')
  }
  return brace(reader, character) ?? escaped(character)
}

/** What a brace or a comma between braces becomes; `undefined` for any other character. */
function brace(reader: Reader, character: string): string | undefined {
  if (character === '{' && reader.pattern.indexOf('}', reader.at) >= 0) {
    reader.braces += 1
    return '(?:'
  }
  if (reader.braces === 0) return undefined
  if (character === ',') return '|'
  if (character !== '}') return undefined
  reader.braces -= 1
  return ')'
}

const isEdge = (character: string | undefined): boolean => character === undefined || /[/{},]/.test(character)

function stars(reader: Reader): string {
  const { pattern, at, crossing } = reader
  const count = /^\*+/.exec(pattern.slice(at))?.[0].length ?? 1
  const [before, after] = [pattern[at - 1], pattern[at + count]]
  reader.at += count
  if (crossing) return '.*'
  if (!isEdge(before) || !isEdge(after)) return '[^/]*'
  if (count === 1) return '[^/]+'
  if (after === '/') {
    reader.at += 1
    return '(?:[^/]+/)*'
  }
  if (before !== '/') return '.+'
  // `a/**` matches `a` too: the slash that was written already becomes part of what may be absent.
  reader.out = reader.out.slice(0, -1)
  return '(?:/.*)?'
}

/** `[a-z]` or `[!a]`; a bracket without its end is a character. */
function characterClass(reader: Reader): string {
  const found = /^\[([!^]?)(\]?[^\]]*)\]/.exec(reader.pattern.slice(reader.at))
  reader.at += found?.[0].length ?? 1
  if (found === null) return '\\['
  const [, not = '', members = ''] = found
  return `[${not === '' ? '' : '^/'}${members.replace(/[\\[\]^&]/g, '\\$&')}]`
}
