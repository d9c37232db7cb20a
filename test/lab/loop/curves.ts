import type { Curve } from './services.ts'

const daySeconds = 86_400
const burst = { every: 21_600, seconds: 1200, rest: 0.1 } as const
const heapSeconds = 7200

/** How much of its peak a service needs, 0 to 1. */
interface Share {
  readonly cpu: number
  readonly memory: number
}

/** The share of the peak at a time of the day: least at 3 and most at 15 o'clock UTC, with a little noise. */
function daily(time: number, seed: number): number {
  const angle = 2 * Math.PI * ((time % daySeconds) / daySeconds - 0.375)
  return 0.65 + 0.3 * Math.sin(angle) + 0.05 * noise(time, seed)
}

const noise = (time: number, seed: number): number =>
  Math.sin(time * 0.0137 + seed * 7) * Math.sin(time * 0.00071 + seed)

const curves: Readonly<Record<Curve, (time: number, seed: number) => Share>> = {
  day: (time, seed) => {
    const share = daily(time, seed)
    return { cpu: share, memory: 0.85 + 0.15 * share }
  },
  flat: (time, seed) => ({ cpu: 0.97 + 0.03 * noise(time, seed), memory: 0.99 }),
  heap: (time, seed) => ({
    cpu: daily(time, seed),
    memory: 0.5 + 0.5 * ((time % heapSeconds) / heapSeconds),
  }),
  bursty: (time) => ({ cpu: time % burst.every < burst.seconds ? 1 : burst.rest, memory: 0.95 }),
  idle: (time, seed) => ({ cpu: 0.98 + 0.02 * noise(time, seed), memory: 0.98 }),
}

/** What a service needs at a time, in seconds since 1970. */
export const shareAt = (curve: Curve, time: number, seed: number): Share => curves[curve](time, seed)
