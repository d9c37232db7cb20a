import type { Progress } from '../../model/progress.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'

/** How much is said about the way to a result. */
export interface Verbosity {
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** What `--quiet` and `--verbose`, options of every command, do. */
export const verbosityDescriptions = {
  quiet: 'print results, warnings and errors only',
  verbose: 'print each step on a line of its own, also in files and pipes',
} as const

/** A host whose progress is shown as far as `read` says; it is read at each event, because flags are known late. */
export function withVerbosity(host: Host, read: () => Verbosity): Host {
  const progress: Progress = (event) => {
    const { quiet = false, verbose = false } = read()
    if (event.kind === 'warning') return host.progress(event)
    if (quiet) return
    if (!verbose) return host.progress(event)
    switch (event.kind) {
      case 'stage':
        return host.stderr(terminal`${event.stage} ${event.detail ?? ''}\n`)
      case 'step':
        return event.done === event.total
          ? host.stderr(terminal`${event.stage} ${event.done}/${event.total}\n`)
          : undefined
      case 'note':
        return host.stderr(terminal`${event.message}\n`)
      default:
        return event satisfies never
    }
  }
  return { ...host, progress }
}
