import type { Terminal } from '../../model/text/terminal.ts'

/** Ends a command with exit code 1: refused, or `--check` found pending changes. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly text: Terminal

  constructor(text: Terminal) {
    super(text.toString())
    this.text = text
  }
}

/** Exits the program at once with a code, even if something is still running. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly exitCode: number

  constructor(exitCode: number) {
    super()
    this.exitCode = exitCode
  }
}
