import type { Chunk, Slots } from './queries.ts'

/** A workload with its number of pods by slot of the window. */
export interface PodsBySlot {
  readonly pods: Uint16Array
}

/** Number of pods with a running container in each slot of one chunk, by workload and container. */
export interface RunningPods {
  /** Time of the first slot, in seconds since 1970. */
  readonly start: number
  /** Number of slots. */
  readonly count: number
  readonly workloads: Map<PodsBySlot, Map<string, Uint16Array>>
}

/** No pods, for the slots of a chunk. `step` is the number of seconds between slots. */
export const emptyRunningPods = ({ start, seconds }: Chunk, step: number): RunningPods => ({
  start,
  count: seconds / step,
  workloads: new Map(),
})

/** The counts of a container by slot of the chunk; the caller raises the slots in which a pod runs. */
export function containerCounts(
  { workloads, count }: RunningPods,
  workload: PodsBySlot,
  container: string,
): Uint16Array {
  const containers = workloads.get(workload) ?? new Map<string, Uint16Array>()
  workloads.set(workload, containers)
  const counts = containers.get(container) ?? new Uint16Array(count)
  containers.set(container, counts)
  return counts
}

/** Writes the number of pods of a chunk to its workloads. A pod has several containers, so the container with the most pods counts. */
export function addReplicas(
  { slots }: { readonly slots: Slots },
  { workloads, count, start }: RunningPods,
): void {
  const offset = Math.round((start - slots.first) / slots.step)
  for (const [workload, containers] of workloads) {
    const running = (slot: number): number => {
      let most = 0
      for (const counts of containers.values()) most = Math.max(most, counts[slot] ?? 0)
      return most
    }
    for (let slot = 0; slot < count; slot += 1) {
      // A pod and its successor both count in the slot of the change, so a rise of one slot only is a replacement.
      const beside = Math.max(running(slot - 1), running(slot + 1))
      const level = beside === 0 ? running(slot) : Math.min(running(slot), beside)
      workload.pods[offset + slot] = level
    }
  }
}
