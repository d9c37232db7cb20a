/** A place in a file of the repository or a settings file; lines and columns start at 1. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** Every way a run can stop that is not our bug. A closed set, so that hosts and docs can list them. */
export type ProblemCode =
  | 'settings.syntax'
  | 'settings.invalid'
  | 'settings.missing'
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
  | 'yaml.refused'
  | 'overlay.invalid'
  | 'snapshot.invalid'
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

/** One thing that is wrong, where, and how to mend it. */
export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly place?: Place
  /** What the reader can do about it, as an imperative. */
  readonly hint?: string
}

/** `file:line:column`, as far as it is known. */
export const printPlace = ({ file, line, column }: Place): string =>
  [file, line, column].filter((part) => part !== undefined).join(':')

/** `place: message (mend)`, on one or two lines. */
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

/** Makes the error for a single problem. */
export const stop = (
  code: ProblemCode,
  message: string,
  rest: { readonly place?: Place; readonly hint?: string; readonly cause?: unknown } = {},
): ExpectedStop => {
  const { cause, ...known } = rest
  return new ExpectedStop([{ code, message, ...known }], { cause })
}

/** True where somebody was faster: what was read is not what stands there any more, and reading it anew may mend it. */
export const isMoved = (error: unknown): error is ExpectedStop =>
  error instanceof ExpectedStop && error.problems.every(({ code }) => code === 'git.moved')

/** True for a failure that concerns one source alone (it does not render, or is not what it was taken for): others may go on. */
export const concernsOneSource = (error: unknown): error is ExpectedStop =>
  error instanceof ExpectedStop &&
  error.problems.every(
    ({ code }) =>
      code === 'source.render' ||
      code === 'source.unknown' ||
      code === 'path.missing' ||
      code === 'glob.invalid',
  )
