/** Noise without state: the same key and step always give the same number, on every machine. */

/** A 32-bit key for a list of names. */
export function keyOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return mix(hash)
}

/** A number from 0 up to 1 for one step of a key. */
export const noise = (key: number, step: number): number =>
  mix(key ^ mix(Math.trunc(step) + 0x9e3779b9)) / 2 ** 32

/** Noise from -1 to 1 that moves smoothly between points `period` seconds apart. */
export function drift(key: number, time: number, period: number): number {
  const step = Math.floor(time / period)
  const way = time / period - step
  const eased = way * way * (3 - 2 * way)
  const [from, to] = [noise(key, step), noise(key, step + 1)]
  return 2 * (from + (to - from) * eased) - 1
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Random-looking letters as Kubernetes puts them in names of pods and ReplicaSets. */
export const nameSuffix = (key: number, length: number): string =>
  Array.from({ length }, (_, index) => alphabet[Math.floor(noise(key, index) * alphabet.length)]).join('')

/** The last step of MurmurHash3: spreads every bit of a number over 32 bits. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
