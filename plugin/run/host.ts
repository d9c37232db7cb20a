import type { Progress } from '../model/progress.ts'
import type { Terminal } from '../model/text/terminal.ts'
import type { Text } from '../model/text/text.ts'

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
  /** Prints results, in text that a writer made for the terminal or for a program. */
  readonly stdout: (text: Text<'terminal' | 'markdown' | 'data' | 'log'>) => void
  /** Prints progress and problems. */
  readonly stderr: (text: Terminal) => void
  /** Whether results may contain ANSI colours. */
  readonly colour: boolean
  /** Columns of the terminal that results go to; left out for files and pipes. */
  readonly columns?: number
}
