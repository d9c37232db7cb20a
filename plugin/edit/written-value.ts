import type { FieldAddress } from '../model/field.ts'
import { parseQuantity } from '../model/quantity.ts'
import type { Affix, Site, Trace } from '../model/site.ts'
import { printValue } from '../model/value.ts'
import type { ListedValues, NumberRules } from '../model/value-rules.ts'
import { bareText } from './replace.ts'

/** A value as it will be rendered, with a sentence where it was rounded to what may be written, or why none may be written. */
export type Written = { readonly text: string; readonly rounded?: string } | { readonly refused: string }

const nanoPerUnit = 1_000_000_000n

/**
 * The text of a computed value for the chosen place of a trace: in the style of the current value, and rounded up to the
 * unit that the source adds and to what the schema of the chart allows.
 */
export function writtenValue(trace: Trace, { field }: Pick<FieldAddress, 'field'>, to: number): Written {
  const affix = affixOf(trace)
  const plain = inUnit(printValue(field, to, styleOf(trace)), affix)
  return allowed(trace, plain, affix)
}

/** The text that a person gave, in the unit that the source adds where the two are equal. Refused where a schema does not allow it. */
export function givenValue(trace: Trace, text: string): Written {
  const affix = affixOf(trace)
  const inStep = inUnit(text, affix)
  const plain = parseQuantity(inStep)?.nano === parseQuantity(text)?.nano ? inStep : text
  const written = allowed(trace, plain, affix)
  if ('refused' in written || written.rounded === undefined) return written
  return { refused: `${text} is not allowed: ${written.rounded}. The next allowed value is ${written.text}` }
}

const placeOf = ({ site, override, chosen }: Trace): Site | null => (chosen === 'override' ? override : site)

function affixOf(trace: Trace): Affix | undefined {
  const place = placeOf(trace)
  return place?.kind === 'list' ? undefined : place?.affix
}

/** A patch of what is rendered is no value of the chart. */
const isValueOfChart = (place: Site | null): boolean => place?.kind !== 'patch' || place.merge !== undefined

/** The text whose unit and notation a new value keeps. */
function styleOf({ site, value, chosen }: Trace): string | undefined {
  if (chosen === 'site' && site?.kind === 'scalar' && site.affix === undefined) return bareText(site.text)
  return value === '' ? undefined : value
}

/** A value in the unit that a template writes after a number, rounded up: `2880Mi` as `3Gi` for `{{ .gib }}Gi`. */
function inUnit(text: string, affix: Affix | undefined): string {
  if (affix === undefined) return text
  const { before, after } = affix
  const [unit, value] = [parseQuantity(`1${after}`), parseQuantity(text)]
  const isStep = before === '' && after !== ''
  if (!isStep || text.endsWith(after) || unit === undefined || value === undefined) return text
  return `${divideUp(value.nano, unit.nano)}${after}`
}

function allowed(trace: Trace, text: string, affix: Affix | undefined): Written {
  const rules = isValueOfChart(placeOf(trace)) ? trace.rules : undefined
  const [unit, value] = [parseQuantity(`1${affix?.after ?? ''}`), parseQuantity(text)]
  if (rules === undefined || unit === undefined || value === undefined || affix?.before) return { text }
  const given = { text, nano: value.nano, unit: unit.nano, after: affix?.after ?? '' }
  return 'oneOf' in rules ? listedValue(rules, given) : numberValue(rules, given)
}

interface GivenAmount {
  readonly text: string
  /** In nano-units, as the unit is. */
  readonly nano: bigint
  readonly unit: bigint
  readonly after: string
}

function listedValue({ key, oneOf }: ListedValues, { text, nano, after }: GivenAmount): Written {
  const values = oneOf.flatMap((one) => {
    const amount = parseQuantity(`${one}${after}`)
    return amount === undefined ? [] : [{ text: `${one}${after}`, nano: amount.nano }]
  })
  const [least] = values
    .filter((one) => one.nano >= nano)
    .sort((one, other) => (one.nano < other.nano ? -1 : one.nano > other.nano ? 1 : 0))
  const names = oneOf.join(', ')
  if (least === undefined)
    return { refused: `the schema of the chart allows only ${names} as ${key}, all less than ${text}` }
  return least.nano === nano
    ? { text: least.text }
    : { text: least.text, rounded: `the schema of the chart allows only ${names} as ${key}` }
}

function numberValue(rules: NumberRules, { text, nano, unit, after }: GivenAmount): Written {
  const { key, step, minimum, maximum } = rules
  // In nano-units of the written number, whatever its unit is.
  const exact = divideUp(nano * nanoPerUnit, unit)
  const least = minimum === undefined ? exact : larger(exact, inNano(minimum))
  const size = inNano(step)
  const number = size > 0n ? divideUp(least, size) * size : least
  if (maximum !== undefined && number > inNano(maximum))
    return {
      refused: `the schema of the chart allows at most ${maximum}${after} as ${key}, less than ${text}`,
    }
  const rounded = number === exact ? {} : { rounded: `the schema of the chart ${formOf(rules)}` }
  return { text: `${decimal(number)}${after}`, ...rounded }
}

const formOf = ({ key, step, minimum }: NumberRules): string =>
  [
    step === 1
      ? `allows only whole numbers as ${key}`
      : step > 0
        ? `allows only multiples of ${step} as ${key}`
        : '',
    minimum === undefined ? '' : `${step > 0 ? 'from' : `allows as ${key} numbers from`} ${minimum}`,
  ]
    .filter((part) => part !== '')
    .join(', ')

const divideUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other)
const inNano = (value: number): bigint => BigInt(Math.ceil(value * Number(nanoPerUnit)))

/** Nano-units as a plain decimal number: `1.353`. */
function decimal(nano: bigint): string {
  const fraction = String(nano % nanoPerUnit)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${nano / nanoPerUnit}${fraction === '' ? '' : `.${fraction}`}`
}
