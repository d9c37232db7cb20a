import type { Json } from '../model/json.ts'

/**
 * JSON of printable ASCII, from which the same value is read; `undefined` for a value that JSON writes in another way, and
 * for one of which there is more than `mostBytes`.
 */
export function exactJson(value: unknown, mostBytes: number): string | undefined {
  if (bytesLeft(value, mostBytes) < 0) return undefined
  const json = JSON.stringify(value).replace(/[^ -~]/g, escaped)
  return json.length > mostBytes ? undefined : json
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The value that a text of JSON holds; `undefined` for a text that is not JSON. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

const none = -1

/** What is left of a number of bytes after a value; less than 0 where it is too much, or not exact. */
function bytesLeft(value: unknown, bytes: number): number {
  if (typeof value === 'string') return bytes - value.length - 2
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? bytes - 1 : none
  if (value === null || typeof value === 'boolean') return bytes - 4
  if (typeof value !== 'object') return none
  let left = bytes - 2
  for (const [key, one] of Object.entries(value)) {
    left = key === '__proto__' ? none : bytesLeft(one, left - key.length)
    // A value with aliases may be large beyond measure.
    if (left < 0) return none
  }
  return left
}
