import { noise } from './noise.ts'
import { daySamples, type Trace } from './traces.ts'

/** A workload behind an HPA. */
export interface Service {
  readonly name: string
  readonly shape: string
  /** Number of pods at its usual peak. */
  readonly pods: number
  /** Its total CPU in millicores, for each sample of four weeks. */
  readonly values: Float64Array
}

/** Days and seconds of a sample of a recording, and the request of a pod in millicores at its start. */
export const [days, step, request] = [28, 86_400 / daySamples, 500]
/** Samples of a recording. */
export const slots = days * daySamples

/** Load by the hour since Monday 00:00, as a share of the peak. */
const shapes = {
  flat: () => 1,
  diurnal: (hour: number) => 0.55 + 0.45 * Math.sin(((hour - 9) / 24) * 2 * Math.PI),
  weekly: (hour: number) => (hour % 168 < 120 ? 1 : 0.35) * shapes.diurnal(hour),
  bursty: (hour: number) => 0.3 + (Math.sin(hour * 1.7) > 0.96 ? 0.7 : 0),
} as const

const peakOf = (pods: number): number => pods * request * 0.6

/** Four shapes of load, each with 3, 8, 20 and 60 pods at its peak; the same in every run. */
export function syntheticServices(): readonly Service[] {
  return (['flat', 'diurnal', 'weekly', 'bursty'] as const).flatMap((shape, kind) =>
    [3, 8, 20, 60].map((pods, size): Service => {
      const jitter = noise(kind * 10 + size)
      const values = Float64Array.from(
        { length: slots },
        (_, slot) => peakOf(pods) * shapes[shape]((slot * step) / 3600) * (1 + 0.08 * (jitter() - 0.5)),
      )
      return { name: `${shape}-${pods}`, shape, pods, values }
    }),
  )
}

/** Services of people at work, from eight to six on five days, and almost none at other times; 8, 20 and 60 pods at the peak. */
export const officeServices = (): readonly Service[] =>
  [8, 20, 60].map((pods, size): Service => {
    const jitter = noise(50 + size)
    const values = Float64Array.from({ length: slots }, (_, slot) => {
      const hour = (slot * step) / 3600
      const isWork = hour % 168 < 120 && hour % 24 >= 8 && hour % 24 < 18
      return peakOf(pods) * (isWork ? 1 : 0.1) * (1 + 0.08 * (jitter() - 0.5))
    })
    return { name: `office-${pods}`, shape: 'office hours', pods, values }
  })

/** Recorded machines as services: the load of each, with 12 pods at what 99 % of its samples are below. */
export function recordedServices(traces: readonly Trace[]): readonly Service[] {
  const pods = 12
  return traces.flatMap(({ name, cpu }): readonly Service[] => {
    const usual = [...cpu].sort((one, other) => one - other)[Math.floor(cpu.length * 0.99)] ?? 0
    if (cpu.length < slots || usual === 0) return []
    const values = Float64Array.from(cpu.slice(0, slots), (share) => (share / usual) * peakOf(pods))
    return [{ name, shape: 'recorded', pods, values }]
  })
}
