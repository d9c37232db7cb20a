import { z } from 'zod'
import { toBytes, toMillicores } from '../plugin/model/quantity.ts'

const amount = (read: (text: string) => number | undefined) =>
  z
    .union([z.string(), z.number()])
    .refine((given) => (read(String(given)) ?? -1) >= 0, { message: 'must be a quantity' })
    .transform((given) => read(String(given)) ?? 0)
/** An amount of CPU, converted to millicores. */
export const cpu = amount(toMillicores)
/** An amount of memory, converted to bytes × 1000, in which Tortoise computes. */
export const memory = amount((text) => {
  const bytes = toBytes(text)
  return bytes === undefined ? undefined : bytes * 1000
})

const units: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600 }
/** A duration in Go's format, converted to hours. */
export const hours = z
  .string()
  .regex(/^(\d+(\.\d+)?[hms])+$/, 'must be a duration: 24h, 1h30m')
  .transform((text) =>
    [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
      0,
    ),
  )

/** A number of pods. */
export const pods = z.number().int().min(1)
/** A share, 0 to 1. */
export const share = z.number().min(0).max(1)
