import type { Rollout } from '../model/rollout.ts'
import type { Candidate } from './dye/candidate.ts'

/** A candidate, which no edit reaches for certain where it is the default of a variable that something unread may set. */
export function withUnreadVariables(candidate: Candidate, rollouts: readonly Rollout[]): Candidate {
  const { variable, levelsUp = 0 } = candidate
  const from = variable === undefined ? undefined : rollouts.at(-1 - levelsUp)?.variablesFrom
  return from === undefined
    ? candidate
    : { ...candidate, frozen: `${from}, which is not read, may set the variable ${variable}` }
}
