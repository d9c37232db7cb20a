import type { Invocation, Outcome } from '../plugin/io/process.ts'
import type { Programs } from '../plugin/io/programs.ts'
import type { WorkspaceFile } from '../plugin/io/workspace.ts'
import type { LiveDeclaration } from '../plugin/model/live-declaration.ts'
import { inParallel } from '../plugin/model/parallel.ts'
import { stop } from '../plugin/model/problem.ts'
import type { RenderOptions } from '../plugin/model/renderer.ts'
import type { OwnRepository } from '../plugin/model/repository.ts'
import type { InputFile, RepositoryView, Source } from '../plugin/model/source.ts'
import type { ElsewherePorts } from './elsewhere/chart-finder.ts'
import { describeFailure } from './failure/describe-failure.ts'
import { byteLimit } from './source-limits.ts'

/** What renderers need from outside. */
export interface RendererPorts extends ElsewherePorts {
  readonly programs: Programs
  /** Time limit of one rendering, in milliseconds. */
  readonly timeoutMs?: number
  /** Whether programs are started in our process group. */
  readonly joined?: boolean
  /** What is known of the repository that the sources are in; its own declarations are the evidence without it. */
  readonly own?: () => Promise<OwnRepository>
  /** The Applications and HelmReleases in the clusters, where they were read. */
  readonly live?: readonly LiveDeclaration[]
}

/**
 * The limits that a program is started with. Markers can make a template loop for very long; the limit is short then, and
 * the trace tries them in smaller groups.
 */
export const limitsOf = (
  { programs, timeoutMs = programs.timeoutMs ?? 60_000, joined }: RendererPorts,
  { marked = false }: RenderOptions = {},
): Pick<Invocation, 'timeoutMs' | 'joined'> => ({
  timeoutMs: marked ? Math.min(timeoutMs, 8_000) : timeoutMs,
  ...(joined === undefined ? {} : { joined }),
})

/**
 * The inputs as files of a workspace, each at the path by which the source refers to it. Rejects with `source.render` where
 * they are larger than is read.
 */
export async function inputContents(
  view: RepositoryView,
  inputs: readonly InputFile[],
): Promise<readonly WorkspaceFile[]> {
  const countBytes = byteLimit()
  const files = await inParallel(
    inputs,
    async ({ at, path }): Promise<readonly WorkspaceFile[]> => {
      const content = await view.bytes(path)
      countBytes(content?.length ?? 0, at)
      return content === undefined ? [] : [{ path: at, content }]
    },
    8,
  )
  return files.flat()
}

/**
 * The standard output of a program that succeeded. Throws `source.render` otherwise, with the class and place of the failure
 * among the files that the program was given.
 */
export function outputOf(source: Source, outcome: Outcome, files: readonly WorkspaceFile[]): string {
  if (outcome.exitCode === 0 && !outcome.timedOut && !outcome.tooLong && !outcome.tooLarge)
    return outcome.stdout
  throw stop('source.render', `rendering failed: ${describeFailure(source, outcome, files)}`, {
    place: { file: source.path },
    hint: 'Correct it, then run again. On your machine, --debug prints all that the program says.',
  })
}
