import { type Pooled, pool, type Replay } from './replay.ts'

/** What a rule must show against a peer, on pooled machines. */
export type Bar = (ours: Pooled, theirs: Pooled) => boolean

/**
 * How sure a standing is: machines are drawn with replacement, as many as there are, a thousand times; the share of the
 * draws that pass the bar. One set of machines is one draw of those it could have been. Source: the bootstrap.
 */
export function shareOfDraws(ours: readonly Replay[], theirs: readonly Replay[], bar: Bar): number {
  const draws = 1000
  const next = lehmer(20_261)
  let passed = 0
  for (let draw = 0; draw < draws; draw += 1) {
    const machines = ours.map(() => Math.floor(next() * ours.length))
    const drawn = (replays: readonly Replay[]) => pool(machines.flatMap((index) => replays[index] ?? []))
    if (bar(drawn(ours), drawn(theirs))) passed += 1
  }
  return passed / draws
}

/** Park and Miller's generator: the same numbers in every run. */
function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
