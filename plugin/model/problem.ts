/** A place in a file of the repository or a settings file; lines and columns start at 1. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** The codes of all expected stops of a run; anything else is a bug. A closed set, so that hosts and docs can list them. */
export type ProblemCode =
  | 'settings.syntax'
  | 'settings.invalid'
  | 'settings.missing'
  | 'settings.operator'
  | 'glob.invalid'
  | 'usage'
  | 'files.unusable'
  | 'program.missing'
  | 'program.failed'
  | 'program.timeout'
  | 'path.outside'
  | 'path.missing'
  | 'source.unknown'
  | 'source.render'
  | 'source.timeout'
  | 'source.fetch'
  | 'yaml.refused'
  | 'overlay.invalid'
  | 'snapshot.invalid'
  | 'shards.unusable'
  | 'prometheus.unreachable'
  | 'prometheus.refused'
  | 'prometheus.credentials'
  | 'prometheus.budget'
  | 'kubernetes.unreachable'
  | 'kubernetes.refused'
  | 'git.missing'
  | 'git.remote'
  | 'git.conflict'
  | 'git.moved'
  | 'forge.refused'

/** One thing that is wrong, where it is, and how to fix it. */
export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly place?: Place
  /** How to fix it, as an imperative. */
  readonly hint?: string
}

/** `file:line:column`, with the parts that are known. */
export const printPlace = ({ file, line, column }: Place): string =>
  [file, line, column].filter((part) => part !== undefined).join(':')

/** Prints `place: message`, and the hint on a second line. */
export function printProblem({ place, message, hint }: Problem): string {
  const head = place === undefined ? message : `${printPlace(place)}: ${message}`
  return hint === undefined ? head : `${head}\n  ${hint}`
}

/** An expected stop: bad settings, an unreachable server, a missing program. Hosts print its problems and exit with 2. */
export class ExpectedStop extends Error {
  override readonly name = 'ExpectedStop'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(printProblem).join('\n'), options)
    this.problems = problems
  }
}

/** The error for a single problem. */
export const stop = (
  code: ProblemCode,
  message: string,
  rest: { readonly place?: Place; readonly hint?: string; readonly cause?: unknown } = {},
): ExpectedStop => {
  const { cause, ...known } = rest
  return new ExpectedStop([{ code, message, ...known }], { cause })
}

/** True when the branch moved during the run: a retry on its new head may succeed. */
export const isMoved = (error: unknown): error is ExpectedStop =>
  error instanceof ExpectedStop && error.problems.every(({ code }) => code === 'git.moved')

/** True for a problem of a single source: it cannot be rendered, is not of a known kind, or does not exist. Other sources can continue. */
export const concernsOneSource = (error: unknown): error is ExpectedStop =>
  error instanceof ExpectedStop &&
  error.problems.every(
    ({ code }) =>
      code === 'source.render' ||
      code === 'source.timeout' ||
      code === 'source.fetch' ||
      code === 'source.unknown' ||
      code === 'path.missing' ||
      code === 'glob.invalid',
  )
