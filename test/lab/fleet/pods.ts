import { keyOf, nameSuffix, noise } from './noise.ts'
import type { FleetWorkload } from './workload.ts'

/** The stretch of time that the fleet lives in; Unix seconds, `to` excluded. */
export interface FleetWindow {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** One pod, from its first second to its last. */
export interface Pod {
  readonly name: string
  /** The ReplicaSet or StatefulSet that owns it. */
  readonly owner: string
  readonly node: string
  readonly from: number
  readonly to: number
}

/** Who pods belong to and how many there are: one count for each step of the window. */
export interface PodPlan {
  readonly seed: number
  readonly window: FleetWindow
  readonly workload: FleetWorkload
  readonly replicas: readonly number[]
}

/** Every pod that a workload had in the window, oldest first. */
export function planPods(plan: PodPlan): readonly Pod[] {
  const most = Math.max(...plan.replicas)
  return Array.from({ length: most }, (_, ordinal) => runsOf(plan, ordinal))
    .flatMap((runs, ordinal) => runs.flatMap((run) => podsOfRun(plan, run, ordinal)))
    .sort((a, b) => a.from - b.from || (a.name < b.name ? -1 : 1))
}

type Run = readonly [from: number, to: number]

/** The times in which a workload had more than `ordinal` pods. */
function runsOf({ replicas, window }: PodPlan, ordinal: number): readonly Run[] {
  const runs: Run[] = []
  let start: number | undefined
  for (const [slot, count] of [...replicas, 0].entries()) {
    const time = window.from + slot * window.step
    if (count > ordinal) start ??= time
    else if (start !== undefined) {
      runs.push([start, time])
      start = undefined
    }
  }
  return runs
}

function podsOfRun(plan: PodPlan, [from, to]: Run, ordinal: number): readonly Pod[] {
  const { workload, seed } = plan
  const node = (start: number) =>
    `node-${'abc'[Math.floor(noise(keyOf(seed, workload.name, ordinal), start) * 3)]}`
  if (workload.kind === 'StatefulSet') {
    return [{ name: `${workload.name}-${ordinal}`, owner: workload.name, node: node(from), from, to }]
  }
  const rollout = rolloutOf(plan)
  const pieces: readonly Run[] =
    from < rollout && rollout < to
      ? [
          [from, rollout],
          [rollout, to],
        ]
      : [[from, to]]
  return pieces.map(([start, end]) => {
    const owner = replicaSet(plan, start < rollout ? 1 : 2)
    const suffix = nameSuffix(keyOf(seed, owner, ordinal, start), 5)
    return { name: `${owner}-${suffix}`, owner, node: node(start), from: start, to: end }
  })
}

/** When the second ReplicaSet takes over: some afternoon in the middle of the window. */
function rolloutOf({ seed, window, workload }: PodPlan): number {
  const key = keyOf(seed, workload.cluster, workload.name, 'rollout')
  const day = 3 + Math.floor(noise(key, 0) * 9)
  return window.from + day * 86_400 + (12 + Math.floor(noise(key, 1) * 5)) * 3600
}

function replicaSet({ seed, workload }: PodPlan, revision: number): string {
  return `${workload.name}-${nameSuffix(keyOf(seed, workload.cluster, workload.name, revision), 10)}`
}
