import { type Pooled, pool, type Replay } from './replay.ts'

/** A criterion for a rule compared with a peer, on pooled machines. */
export type Criterion = (ours: Pooled, theirs: Pooled) => boolean

/** What machines drawn with replacement show of a rule compared with a peer. */
export interface Draws {
  /** Share of the draws, 0 to 1, that meet the criterion. */
  readonly met: number
  /** The 5th and 95th percentile of our cost over theirs minus 1, and of our time above minus theirs in percentage points. */
  readonly cost: readonly [number, number]
  readonly above: readonly [number, number]
}

/**
 * Bootstrap: draws as many machines as there are, with replacement, a thousand times, which shows how certain the result is
 * for other machines.
 */
export function drawMachines(
  ours: readonly Replay[],
  theirs: readonly Replay[],
  criterion: Criterion,
): Draws {
  const draws = 1000
  const next = lehmer(20_261)
  let met = 0
  const [costs, times]: [number[], number[]] = [[], []]
  for (let draw = 0; draw < draws; draw += 1) {
    const machines = ours.map(() => Math.floor(next() * ours.length))
    const [our, their] = [ours, theirs].map((replays) =>
      pool(machines.flatMap((index) => replays[index] ?? [])),
    )
    if (our === undefined || their === undefined) continue
    if (criterion(our, their)) met += 1
    costs.push(our.requestedOverUsed / their.requestedOverUsed - 1)
    times.push(our.percentAbove - their.percentAbove)
  }
  return { met: met / draws, cost: middle(costs), above: middle(times) }
}

/** The ends of the middle nine tenths. */
function middle(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return [at(0.05), at(0.95)]
}

/** Park and Miller's generator of pseudo-random numbers: the same numbers in every run. */
function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
