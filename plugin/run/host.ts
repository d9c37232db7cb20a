import type { Progress } from '../model/progress.ts'

/** The process environment that settings and flags refer to. */
export interface Environment {
  /** The directory that relative file paths in flags and operator settings start from. */
  readonly cwd: string
  /** Environment variables by name. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What a run uses of its process. */
export interface RunPorts extends Environment {
  readonly progress: Progress
  readonly now: () => Date
}

/** What a host (CLI, Action, CMP or daemon) is started with. */
export interface Host extends RunPorts {
  /** Prints results. */
  readonly stdout: (text: string) => void
  /** Prints progress and problems. */
  readonly stderr: (text: string) => void
  /** Whether results may contain ANSI colours. */
  readonly colour: boolean
}
