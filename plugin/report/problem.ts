import { type Problem, printPlace } from '../model/problem.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'

/** A problem for a terminal: `place: message`, and how to fix it on a second line. */
export function terminalProblem({ place, message, hint }: Problem): Terminal {
  const head = place === undefined ? terminal`${message}` : terminal`${printPlace(place)}: ${message}`
  return hint === undefined ? head : terminal`${head}\n  ${hint}`
}
