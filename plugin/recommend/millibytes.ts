import type { DeclaredWorkload } from '../model/declared.ts'
import type { DeclaredContainer } from '../model/declared-container.ts'
import { toBytes } from '../model/quantity.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import { reason } from './advice.ts'

/** Amounts in thousandths of a byte from here on are memory that somebody computed, and no slip. */
const plausible = 1024 ** 2

/** Whether an amount of memory is a slip: thousandths of a byte, where `Mi` is meant. */
export const isMillibytes = (text: string | undefined): text is string =>
  text !== undefined && /^\d+m$/.test(text.trim()) && (toBytes(text) ?? plausible) < plausible

/** What is meant by it: `512Mi` for `512m`. */
export const intendedMemory = (text: string): string => `${text.trim().slice(0, -1)}Mi`

const fields = ['requests.memory', 'limits.memory'] as const

/** A workload whose memory is what is meant, where it is written in thousandths of a byte. */
export function withIntendedMemory(declared: DeclaredWorkload): DeclaredWorkload {
  if (!declared.containers.some(hasSlip)) return declared
  return { ...declared, containers: declared.containers.map((one) => (hasSlip(one) ? intended(one) : one)) }
}

const hasSlip = ({ values }: DeclaredContainer): boolean =>
  fields.some((field) => isMillibytes(values[field]))

function intended(container: DeclaredContainer): DeclaredContainer {
  const values = fields.flatMap((field) => {
    const text = container.values[field]
    return isMillibytes(text) ? [[field, intendedMemory(text)] as const] : []
  })
  return { ...container, values: { ...container.values, ...Object.fromEntries(values) } }
}

/** Corrects the values that are slips: each becomes what is recommended from the value that is meant. */
export function correctMillibytes(
  recommendations: readonly Recommendation[],
  { containers }: DeclaredWorkload,
): readonly Recommendation[] {
  return recommendations.map((one) => {
    const text = containers.find(({ name }) => name === one.container)?.values[one.field as never] as
      | string
      | undefined
    if (!isMillibytes(text) || one.verdict === 'unsure') return one
    const meant = intendedMemory(text)
    const why = `${text} is ${Number.parseInt(text, 10) / 1000} bytes, because m means a thousandth; ${meant} is meant.`
    const { workload, container, field, because } = one
    return {
      workload,
      ...(container === undefined ? {} : { container }),
      field,
      verdict: 'change',
      from: readValue(field, text) ?? 0,
      to: one.verdict === 'change' ? one.to : one.from,
      because: [reason('memory.slip', why), ...because],
      together: one.verdict === 'change' ? one.together : `memory of ${container}`,
    }
  })
}
