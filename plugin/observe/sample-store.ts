import type { DayStore } from '../model/day-store.ts'
import type { Observation } from '../model/observation.ts'
import type { PodReading } from './kubernetes/pod-metrics.ts'
import { workloadFinder } from './owners.ts'
import { addSeries, finishAccumulator, usageAccumulator, workloadEntry } from './prometheus/accumulate.ts'
import { type CachedDay, type DayCache, dayCache } from './prometheus/day-cache.ts'
import { observationMerger } from './prometheus/merge.ts'
import { type Slots, slotsOf } from './prometheus/queries.ts'
import { addReplicas, emptyRunningPods } from './prometheus/running-pods.ts'

/** Usage samples of one cluster, added one reading at a time and stored by day. */
export interface SampleStore {
  /** Adds a reading made at a time. Resolves with the number of containers in it. */
  add(reading: PodReading, time: Date): Promise<number>
  /** The observations of a window. */
  observe(window: { readonly from: Date; readonly to: Date }): Promise<readonly Observation[]>
}

/** How samples are stored. */
export interface SampleOptions {
  readonly cluster: string
  /** Seconds between two slots: `history.stepSeconds` of the settings. */
  readonly stepSeconds: number
  /** Called with a message for each stored day that is damaged and skipped. */
  readonly onDamage: (message: string) => void
}

const daySeconds = 86_400
/** Days that are kept: the longest history that settings allow. */
const keptDays = 28

/** Opens the samples of a cluster. Only one process may write to them. */
export async function sampleStore(store: DayStore, options: SampleOptions): Promise<SampleStore> {
  const { cluster, stepSeconds: step } = options
  const days = await dayCache(store, { cluster, writer: 'samples', queryVersion: 1, step })
  const readDay = async (slots: Slots): Promise<readonly Observation[]> => {
    const found = await days.read(wholeDay(slots.last))
    if (found !== 'damaged') return found ?? []
    const date = new Date(slots.first * 1000).toISOString().slice(0, 10)
    options.onDamage(`the stored samples of ${date} are damaged and skipped`)
    return []
  }
  return {
    add: async (reading, time) => {
      const slot = Math.ceil(time.getTime() / 1000 / step) * step
      const slots = daySlots(Math.floor((slot - step) / daySeconds), step)
      const { observations, containers } = accumulate(reading, { cluster, slots, slot })
      await days.write(wholeDay(slots.last), merged({ cluster, slots }, [await readDay(slots), observations]))
      await deleteOldDays(days, slots)
      return containers
    },
    observe: async (window) => {
      const slots = slotsOf(window, step)
      const parts: (readonly Observation[])[] = []
      for (let day = dayOf(slots.first, step); day <= dayOf(slots.last, step); day += 1)
        parts.push(await readDay(daySlots(day, step)))
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

interface ClusterSlots {
  readonly cluster: string
  readonly slots: Slots
}

function merged({ cluster, slots }: ClusterSlots, parts: readonly (readonly Observation[])[]) {
  const merger = observationMerger(slots, { cluster, window: windowOf(slots) })
  for (const part of parts) merger.add(part)
  return merger.finish()
}

/** The observations of one reading, and the number of containers in it. */
function accumulate(
  { samples, owners }: PodReading,
  { cluster, slots, slot }: ClusterSlots & { readonly slot: number },
) {
  const accumulator = usageAccumulator(slots)
  const runningPods = emptyRunningPods({ start: slot, end: slot, seconds: slots.step }, slots.step)
  const find = workloadFinder(owners)
  let containers = 0
  for (const { namespace, pod, container, cpu, memory } of samples) {
    const found = find(namespace, pod)
    if (found.kind !== 'workload') continue
    const workload = workloadEntry(accumulator, found.workload)
    const add = (resource: 'cpu' | 'memory', value: number | undefined, pods: object): void => {
      if (value === undefined) return
      const series = { labels: {}, times: [slot], values: [resource === 'cpu' ? value / 1000 : value] }
      addSeries(accumulator, series, { workload, container, resource, ...pods })
    }
    add('cpu', cpu, {})
    add('memory', memory, { runningPods })
    containers += 1
  }
  addReplicas(accumulator, runningPods)
  const observations = finishAccumulator(accumulator, { cluster, window: windowOf(slots) })
  return { observations, containers }
}

const deleteOldDays = (days: DayCache, { last }: Slots): Promise<void> =>
  days.keep(Array.from({ length: keptDays + 1 }, (_, ago) => wholeDay(last - ago * daySeconds)))

const wholeDay = (end: number): CachedDay => ({ from: end - daySeconds, end })
