import { type Pooled, pool, type Replay } from './replay.ts'

/** A criterion for a rule compared with a peer, on pooled machines. */
export type Criterion = (ours: Pooled, theirs: Pooled) => boolean

/**
 * Bootstrap: draws as many machines as there are, with replacement, a thousand times. Returns the share of the draws, 0 to 1,
 * that meet the criterion, which shows how certain the result is for other machines.
 */
export function shareOfDraws(
  ours: readonly Replay[],
  theirs: readonly Replay[],
  criterion: Criterion,
): number {
  const draws = 1000
  const next = lehmer(20_261)
  let passed = 0
  for (let draw = 0; draw < draws; draw += 1) {
    const machines = ours.map(() => Math.floor(next() * ours.length))
    const drawn = (replays: readonly Replay[]) => pool(machines.flatMap((index) => replays[index] ?? []))
    if (criterion(drawn(ours), drawn(theirs))) passed += 1
  }
  return passed / draws
}

/** Park and Miller's generator of pseudo-random numbers: the same numbers in every run. */
function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
