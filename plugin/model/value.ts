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

/** Reads a field's text as a number in its unit: millicores, bytes, or a count. */
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
  }
}

const defaultStyle: Readonly<Record<FieldUnit, string>> = {
  cpu: '100m',
  memory: '1Mi',
  'go-memory': '1MiB',
  count: '1',
}

/** Prints a number in a field's unit, in the style of the text that stands there now. */
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
  }
}

/** True when two texts mean the same value of a field, however they are written. */
export function sameValue(field: Field, left: string, right: string): boolean {
  if (left === right) return true
  const unit = fieldUnit(field)
  if (unit === 'cpu' || unit === 'memory') {
    const [a, b] = [parseQuantity(left), parseQuantity(right)]
    return a !== undefined && b !== undefined && a.nano === b.nano
  }
  const [a, b] = [readValue(field, left), readValue(field, right)]
  return a !== undefined && a === b
}
