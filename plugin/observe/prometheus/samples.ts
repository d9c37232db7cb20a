/** The samples of a series as two columns. Times are in seconds since 1970; values may be `NaN` or infinite. */
export interface Samples {
  readonly times: readonly number[]
  readonly values: readonly number[]
}

const [quote, comma, minus, dot, zero, open, close] = [34, 44, 45, 46, 48, 91, 93]
/** Integers of up to 15 digits, and powers of ten up to 10²², are exact, so one division of them is rounded correctly. */
const exactDigits = 15
const tens = Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent)

/**
 * Reads the samples of a response, `[1757808000,"0.25"],[…]]` from the first bracket on, without an object for each of the
 * millions. Returns `undefined` when they are written in another way.
 */
export function readSamples(text: string, from: number): Samples | undefined {
  const times: number[] = []
  const values: number[] = []
  for (let at = from; text.charCodeAt(at) === open; at += 1) {
    const middle = text.indexOf(',', at)
    if (middle < 0 || text.charCodeAt(middle + 1) !== quote) return undefined
    const end = text.indexOf('"', middle + 2)
    if (end < 0 || text.charCodeAt(end + 1) !== close) return undefined
    const time = numberIn(text, at + 1, middle)
    if (Number.isNaN(time)) return undefined
    times.push(time)
    values.push(numberIn(text, middle + 2, end))
    at = end + 2
    const next = text.charCodeAt(at)
    if (next === close) return { times, values }
    if (next !== comma) return undefined
  }
  return undefined
}

/** The number between two positions, as `Number` reads it; infinities as Prometheus prints them. */
function numberIn(text: string, from: number, to: number): number {
  const negative = text.charCodeAt(from) === minus
  let [digits, behindDot] = [0, -1]
  const start = negative ? from + 1 : from
  if (to - start > exactDigits + 1 || to <= start) return printedNumber(text.slice(from, to))
  for (let at = start; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code === dot && behindDot < 0) behindDot = to - at - 1
    else if (code >= zero && code <= zero + 9) digits = digits * 10 + code - zero
    else return printedNumber(text.slice(from, to))
  }
  if (behindDot < 0 && to - start > exactDigits) return printedNumber(text.slice(from, to))
  const value = behindDot > 0 ? digits / (tens[behindDot] ?? Number.NaN) : digits
  return negative ? -value : value
}

/** A number as Prometheus prints it: `NaN`, `+Inf` and `-Inf` occur. */
export function printedNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text || Number.NaN)
}
