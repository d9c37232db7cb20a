import type { Progress } from '../model/progress.ts'

/** The world as a host sees it: where it stands, what it may read, and where it writes. */
export interface Host {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results. */
  readonly stdout: (text: string) => void
  /** Progress and problems. */
  readonly stderr: (text: string) => void
  /** Whether results go to a terminal that shows colours. */
  readonly colour: boolean
  readonly progress: Progress
  readonly now: () => Date
}
