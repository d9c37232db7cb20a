import { noSchedule, podHours, scheduleOf } from './cron-schedule.ts'
import type { Field, FieldUnit } from './field.ts'
import { fieldUnit } from './field.ts'
import {
  bytes,
  formatCpu,
  formatGoMemory,
  formatMemory,
  millicores,
  parseGoMemory,
  parseQuantity,
  toBytes,
  toMillicores,
} from './quantity.ts'

/** A field's text as a number in its unit: millicores, bytes, a count, or pods × hours a week; `undefined` when it is not a value. */
export function readValue(field: Field, text: string): number | undefined {
  switch (fieldUnit(field)) {
    case 'cpu':
      return toMillicores(text)
    case 'memory':
      return toBytes(text)
    case 'go-memory':
      return parseGoMemory(text)
    case 'count':
      return /^\d+$/.test(text.trim()) ? Number(text) : undefined
    case 'schedule': {
      const schedule = scheduleOf(text)
      return schedule && podHours(schedule)
    }
  }
}

const defaultStyle: Readonly<Record<FieldUnit, string>> = {
  cpu: '100m',
  memory: '1Mi',
  'go-memory': '1MiB',
  count: '1',
  schedule: noSchedule,
}

/** Values outside these bounds are mistakes, such as a memory of `1`. In the field's unit. */
const bounds: Readonly<Record<FieldUnit, readonly [least: number, most: number]>> = {
  cpu: [1, 1_000_000],
  memory: [1024 ** 2, 1024 ** 5],
  'go-memory': [1024 ** 2, 1024 ** 5],
  count: [0, 100_000],
  schedule: [0, 168 * 100_000],
}

const forms: Readonly<Record<FieldUnit, string>> = {
  cpu: 'an amount of CPU; write it as 250m or 0.5',
  memory: 'an amount of memory; write it as 512Mi or 2Gi',
  'go-memory': 'an amount of memory for Go; write it as 512MiB or 2GiB',
  count: 'a number; write it as 3',
  schedule:
    'a schedule; write it as `6 Mon-Fri 08:00-18:00, 3 Sat 10:00-14:00 (UTC)`, in the order of the week, or as `none`',
}

/** Why a text cannot be the value of a field; `undefined` when it can. */
export function valueProblem(field: Field, text: string): string | undefined {
  const unit = fieldUnit(field)
  const value = readValue(field, text)
  if (value === undefined) return `${text} is not ${forms[unit]}`
  if (unit === 'schedule') return undefined
  const suffix = parseQuantity(text)?.suffix ?? ''
  const foreign = unit === 'cpu' ? /^([KMGTPE]i|[kMGTPE])$/ : /^[num]$/
  const [least, most] = bounds[unit]
  const zero = value < 1 && field !== 'hpa.minReplicas'
  return zero || value < least || value > most || (unit !== 'count' && foreign.test(suffix))
    ? `${text} is not a plausible value for this field`
    : undefined
}

/** Prints a number in a field's unit, with the unit and notation of the current text; of a schedule, what it comes to. */
export function printValue(field: Field, value: number, like?: string): string {
  const unit = fieldUnit(field)
  const style = like ?? defaultStyle[unit]
  switch (unit) {
    case 'cpu':
      return formatCpu(millicores(value), style)
    case 'memory':
      return formatMemory(bytes(value), style)
    case 'go-memory':
      return formatGoMemory(bytes(value), style)
    case 'count':
      return String(value)
    case 'schedule':
      return `${value} pod-hours a week`
  }
}

/** Whether two texts are the same value of a field, in whatever notation. */
export function sameValue(field: Field, left: string, right: string): boolean {
  if (left === right) return true
  const unit = fieldUnit(field)
  if (unit === 'schedule') return false
  if (unit === 'cpu' || unit === 'memory') {
    const [a, b] = [parseQuantity(left), parseQuantity(right)]
    return a !== undefined && b !== undefined && a.nano === b.nano
  }
  const [a, b] = [readValue(field, left), readValue(field, right)]
  return a !== undefined && a === b
}
