import type { DayStore } from '../model/day-store.ts'
import type { Observation } from '../model/observation.ts'
import type { PodReading } from './kubernetes/pod-metrics.ts'
import { workloadFinder } from './owners.ts'
import {
  addReplicas,
  addSeries,
  emptyPresence,
  emptyTally,
  finishTally,
  workloadTally,
} from './prometheus/accumulate.ts'
import { type DayCache, dayCache } from './prometheus/day-cache.ts'
import { observationMerger } from './prometheus/merge.ts'
import { type Slots, slotsOf } from './prometheus/queries.ts'

/** Samples of one cluster, gathered one reading at a time and kept by day. */
export interface SampleStore {
  /** Adds a reading that was made at a time; gives how many containers were counted. */
  add(reading: PodReading, time: Date): Promise<number>
  /** What was gathered in a window. */
  observe(window: { readonly from: Date; readonly to: Date }): Promise<readonly Observation[]>
}

/** How samples are kept. */
export interface SampleOptions {
  readonly cluster: string
  /** Seconds between two slots, as `history.stepSeconds` says. */
  readonly stepSeconds: number
  /** Told of days that are damaged and lost. */
  readonly onDamage: (message: string) => void
}

const daySeconds = 86_400
/** The longest history that settings allow. */
const keptDays = 28

/** Opens the samples of a cluster. Not for several writers at once. */
export async function sampleStore(store: DayStore, options: SampleOptions): Promise<SampleStore> {
  const { cluster, stepSeconds: step } = options
  const days = await dayCache(store, { cluster, lane: 'samples', queryVersion: 1, step })
  const kept = async (slots: Slots): Promise<readonly Observation[]> => {
    const found = await days.read(slots.last)
    if (found !== 'damaged') return found ?? []
    const date = new Date(slots.first * 1000).toISOString().slice(0, 10)
    options.onDamage(`the samples of ${date} are damaged and left out`)
    return []
  }
  return {
    add: async (reading, time) => {
      const slot = Math.ceil(time.getTime() / 1000 / step) * step
      const slots = daySlots(Math.floor((slot - step) / daySeconds), step)
      const { fresh, containers } = tallied(reading, { cluster, slots, slot })
      await days.write(slots.last, merged({ cluster, slots }, [await kept(slots), fresh]))
      await forgetOld(days, slots)
      return containers
    },
    observe: async (window) => {
      const slots = slotsOf(window, step)
      const parts: (readonly Observation[])[] = []
      for (let day = dayOf(slots.first, step); day <= dayOf(slots.last, step); day += 1)
        parts.push(await kept(daySlots(day, step)))
      return merged({ cluster, slots }, parts).filter(({ days }) => days > 0)
    },
  }
}

const dayOf = (time: number, step: number): number => Math.floor((time - step) / daySeconds)

const daySlots = (day: number, step: number): Slots =>
  slotsOf({ from: new Date(day * daySeconds * 1000), to: new Date((day + 1) * daySeconds * 1000) }, step)

const windowOf = ({ first, last, step }: Slots) => ({
  from: new Date((first - step) * 1000),
  to: new Date(last * 1000),
})

interface Place {
  readonly cluster: string
  readonly slots: Slots
}

function merged({ cluster, slots }: Place, parts: readonly (readonly Observation[])[]) {
  const merger = observationMerger(slots, { cluster, window: windowOf(slots) })
  for (const part of parts) merger.add(part)
  return merger.finish()
}

function tallied(
  { samples, owners }: PodReading,
  { cluster, slots, slot }: Place & { readonly slot: number },
) {
  const tally = emptyTally(slots)
  const presence = emptyPresence({ start: slot, end: slot, seconds: slots.step }, slots.step)
  const find = workloadFinder(owners)
  let containers = 0
  for (const { namespace, pod, container, cpu, memory } of samples) {
    const found = find(namespace, pod)
    if (found.kind !== 'workload') continue
    const workload = workloadTally(tally, found.workload)
    const add = (resource: 'cpu' | 'memory', value: number | undefined, pods: object): void => {
      if (value === undefined) return
      const series = { labels: {}, times: [slot], values: [resource === 'cpu' ? value / 1000 : value] }
      addSeries(tally, series, { workload, container, resource, ...pods })
    }
    add('cpu', cpu, {})
    add('memory', memory, { presence })
    containers += 1
  }
  addReplicas(tally, presence)
  return { fresh: finishTally(tally, { cluster, window: windowOf(slots) }), containers }
}

const forgetOld = (days: DayCache, { last }: Slots): Promise<void> =>
  days.keep(Array.from({ length: keptDays + 1 }, (_, ago) => last - ago * daySeconds))
