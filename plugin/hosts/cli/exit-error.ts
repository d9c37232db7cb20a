/** Ends a command with exit code 1: the answer is no, and nothing was written. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Ends the whole program now, whatever still goes on in it. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly exitCode: number

  constructor(exitCode: number) {
    super()
    this.exitCode = exitCode
  }
}
