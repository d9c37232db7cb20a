/** Draws from a seed: the same seed gives the same draws (mulberry32). */
export interface Draw {
  /** A number from 0 up to and without 1. */
  readonly number: () => number
  readonly integer: (below: number) => number
  readonly one: <T>(choices: readonly T[]) => T
  readonly maybe: (chance: number) => boolean
  readonly many: <T>(choices: readonly T[], most: number) => readonly T[]
}

/** Draws of a seed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (below: number): number => Math.floor(number() * below)
  const one = <T>(choices: readonly T[]): T => {
    const choice = choices[integer(choices.length)]
    if (choice === undefined) throw new Error('nothing to choose from')
    return choice
  }
  return {
    number,
    integer,
    one,
    maybe: (chance) => number() < chance,
    many: (choices, most) => Array.from({ length: integer(most + 1) }, () => one(choices)),
  }
}
