import { stop } from '../model/problem.ts'

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const longest = 30 * units.d

/** When an emergency ends that lasts for a time (`30m`, `4h`, `2d`) from now, ISO 8601 without fractions. Throws `usage`. */
export function emergencyEnd(text: string, now: Date): string {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  const time = Number(count) * (units[unit as keyof typeof units] ?? Number.NaN)
  if (!(time > 0 && time <= longest))
    throw stop('usage', `an emergency cannot last for ${text}`, {
      hint: 'Give minutes, hours or days, 30 days at most: 30m, 4h, 2d.',
    })
  return new Date(now.getTime() + time).toISOString().replace(/\.\d+Z$/, 'Z')
}
