/**
 * Kubernetes quantities, exact.
 *
 * A quantity is stored as an integer number of nano-units, the smallest step in Kubernetes, so that
 * `1`, `1000m` and `"1"` are equal and comparisons have no floating-point errors.
 * Syntax: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

/** CPU in thousandths of a core. */
export type Millicores = number & { readonly __unit: 'millicores' }
/** Memory in bytes. */
export type Bytes = number & { readonly __unit: 'bytes' }

/** Marks a number as millicores. */
export const millicores = (value: number): Millicores => value as Millicores
/** Marks a number as bytes. */
export const bytes = (value: number): Bytes => value as Bytes

/** A quantity with the suffix that its author used, which a new value should keep. */
export interface Quantity {
  /** Exact value in nano-units (10⁻⁹ of a core or a byte). */
  readonly nano: bigint
  /** The suffix as written: `m`, `Mi`, `G`, `e3`, or empty. */
  readonly suffix: string
  /** Whether the number before the suffix has a decimal point. */
  readonly decimal: boolean
}

const nanoPerUnit = 1_000_000_000n

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

const binaryPowers: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 }

const syntax = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|Ki|Mi|Gi|Ti|Pi|Ei|M|G|T|P|E|[eE][+-]?\d{1,3})?$/

/** Parsed texts: a fleet has few different ones. */
const parsed = new Map<string, Quantity | undefined>()
const mostParsed = 4096

/** Parses a Kubernetes quantity; `undefined` when the text is not one. Values finer than a nano-unit are rounded up, as Kubernetes does. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const key = String(text)
  if (parsed.has(key)) return parsed.get(key)
  const quantity = parse(key)
  if (parsed.size >= mostParsed) parsed.clear()
  if (key.length <= 40) parsed.set(key, quantity)
  return quantity
}

function parse(text: string): Quantity | undefined {
  const match = syntax.exec(text.trim())
  if (match === null) return undefined
  const [, sign = '', digits = '', suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = BigInt(`${whole}${fraction}` || '0')
  const scaled = scale(mantissa, fraction.length, suffix)
  return { nano: sign === '-' ? -scaled : scaled, suffix, decimal: digits.includes('.') }
}

function scale(mantissa: bigint, fractionDigits: number, suffix: string): bigint {
  const power = binaryPowers[suffix]
  if (power !== undefined) {
    return divideUp(mantissa * nanoPerUnit * 1024n ** BigInt(power), 10n ** BigInt(fractionDigits))
  }
  const exponent = (decimalExponents[suffix] ?? Number(suffix.slice(1))) + 9 - fractionDigits
  return exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : divideUp(mantissa, 10n ** BigInt(-exponent))
}

const divideUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor

/** Converts CPU text to millicores, rounded up; `undefined` when it is not a quantity. */
export function toMillicores(text: string | number): Millicores | undefined {
  const quantity = parseQuantity(text)
  return quantity && millicores(Number(divideUp(quantity.nano, 1_000_000n)))
}

/** Converts memory text to bytes, rounded up; `undefined` when it is not a quantity. */
export function toBytes(text: string | number): Bytes | undefined {
  const quantity = parseQuantity(text)
  return quantity && bytes(Number(divideUp(quantity.nano, nanoPerUnit)))
}

/** Prints CPU in the style of `like`: millicores for `250m`, decimals for `0.5`, whole cores for `2` when possible. */
export function formatCpu(value: Millicores, like = '100m'): string {
  const style = parseQuantity(like)
  const cores = value / 1000
  if (style?.suffix === '' && (style.decimal || Number.isInteger(cores))) {
    return style.decimal && Number.isInteger(cores) ? cores.toFixed(1) : String(cores)
  }
  return `${value}m`
}

const memoryUnits = {
  binary: [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ],
  decimal: [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ],
} as const

/**
 * Prints memory in the unit family of `like`, rounded up to a whole number of its mega unit. A value in `Gi` (or `G`) keeps
 * its unit when it is a whole number.
 */
export function formatMemory(value: Bytes, like = '1Mi'): string {
  const suffix = parseQuantity(like)?.suffix ?? 'Mi'
  const isSlip = suffix === 'm' && (toBytes(like) ?? 0) < 1024 ** 2
  if (suffix === '' || (suffix === 'm' && !isSlip)) return String(Math.ceil(value))
  const units = memoryUnits[isSlip || suffix in binaryPowers ? 'binary' : 'decimal']
  const [giga, mega, kilo] = units
  const fitsGiga = value % giga[1] === 0 && !['Mi', 'M', 'Ki', 'k'].includes(suffix)
  if (fitsGiga) return `${value / giga[1]}${giga[0]}`
  if (suffix === kilo[0]) return `${Math.ceil(value / kilo[1])}${kilo[0]}`
  return `${Math.ceil(value / mega[1])}${mega[0]}`
}

const goMemorySyntax = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/
const goMemoryUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** Parses a GOMEMLIMIT value to bytes (https://pkg.go.dev/runtime#hdr-Environment_Variables); `undefined` for `off` and anything else. */
export function parseGoMemory(text: string): Bytes | undefined {
  const match = goMemorySyntax.exec(text.trim())
  if (match === null) return undefined
  return bytes(Number(match[1]) * (goMemoryUnits[match[2] ?? ''] ?? 1))
}

/** Prints a GOMEMLIMIT in the unit of `like`, rounded down, because it must stay below the container's limit. */
export function formatGoMemory(value: Bytes, like = '1MiB'): string {
  const unit = goMemorySyntax.exec(like.trim())?.[2] ?? ''
  const step = goMemoryUnits[unit] ?? 1
  const fits = unit !== 'GiB' && unit !== 'TiB'
  return fits || value % step === 0
    ? `${Math.floor(value / step)}${unit}`
    : `${Math.floor(value / 1024 ** 2)}MiB`
}

/** Parses an amount of CPU to millicores, or of memory to bytes; `undefined` for anything else. */
export const toAmount = (resource: 'cpu' | 'memory', text: string): number | undefined =>
  resource === 'cpu' ? toMillicores(text) : toBytes(text)
