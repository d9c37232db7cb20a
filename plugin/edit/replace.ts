import type { Splice } from '../model/edit.ts'
import type { Field } from '../model/field.ts'
import type { Affix, ScalarSite } from '../model/site.ts'

/** The characters of a scalar without its quotes. */
export function bareText(text: string): string {
  const quote = text[0]
  return text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote)
    ? text.slice(1, -1)
    : text
}

/**
 * Replaces the characters of a scalar. Its quotes are kept, and what the source adds around it is taken off the value.
 * `undefined` when the scalar is no longer at its range, or the value does not have what the source adds.
 */
export function replaceScalar(
  text: string,
  site: ScalarSite,
  { to: value, field }: { readonly to: string; readonly field?: Field | undefined },
): Splice | undefined {
  const [start, end] = site.range
  if (text.slice(start, end) !== site.text) return undefined
  const bare = withoutAffix(site, value)
  if (bare === undefined) return undefined
  const plain = bareText(site.text) === site.text
  // A variable must be a string; YAML would read a plain number as a number.
  const needsQuotes =
    plain && field?.startsWith('env.') === true && /^\d+$/.test(bare) && !/^\d+$/.test(site.text)
  const quote = needsQuotes ? '"' : plain ? '' : (site.text[0] ?? '')
  return { start, end, text: `${quote}${bare}${quote}` }
}

/** A value without what its source adds to it; `undefined` when it does not have that. */
export function withoutAffix({ affix }: { readonly affix?: Affix }, value: string): string | undefined {
  if (affix === undefined) return value
  const { before, after } = affix
  if (!value.startsWith(before) || !value.endsWith(after)) return undefined
  return value.slice(before.length, value.length - after.length)
}
