/** Ends a command with exit code 1: the answer is no, and nothing was written. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
