import { LRUCache } from 'lru-cache'
import type { Invocation, Outcome } from '../plugin/io/process.ts'
import type { Programs } from '../plugin/io/programs.ts'
import type { WorkspaceFile } from '../plugin/io/workspace.ts'
import type { KnownCluster } from '../plugin/model/destination.ts'
import type { KeptResults } from '../plugin/model/kept-results.ts'
import type { LiveDeclaration } from '../plugin/model/live-declaration.ts'
import { inParallel } from '../plugin/model/parallel.ts'
import { ExpectedStop, stop } from '../plugin/model/problem.ts'
import type { RenderOptions } from '../plugin/model/renderer.ts'
import type { OwnRepository } from '../plugin/model/repository.ts'
import type { InputFile, RepositoryView, Source } from '../plugin/model/source.ts'
import type { ElsewherePorts } from './elsewhere/chart-finder.ts'
import { describeFailure, isOfSandbox } from './failure/describe-failure.ts'
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
  /** The clusters of the settings. */
  readonly clusters?: readonly KnownCluster[]
  /** Where renderings are kept between runs. */
  readonly kept?: KeptPorts
}

/** Renderings of earlier runs. */
export interface KeptPorts {
  readonly results: KeptResults
  /** A text that differs for other files of programs; `undefined` where one of them cannot be read. */
  readonly programs: (files: readonly (string | undefined)[]) => string | undefined
}

/** How long the latest rendering without markers took, by the path of its source, in milliseconds. */
const plainMs = new LRUCache<string, number>({ max: 20_000 })

/** How long the latest rendering of a source without markers took, where it is known. */
export const timeOf = ({ path }: Source): number | undefined => plainMs.get(path)

/** Sets how long a rendering of a source without markers took in an earlier run. */
export const restoreTime = ({ path }: Source, elapsedMs: number): void => {
  if (elapsedMs > 0) plainMs.set(path, elapsedMs)
}

/** A marked rendering may take this long, or as many times as long as the plain one did on the same machine. */
const markedMs = 8_000
const markedTimes = 8

/**
 * The limits that a program is started with. Markers can make a template loop for very long; the limit is short then, and
 * the trace tries them in smaller groups. It follows the time of the plain rendering, which is longer on a busy machine.
 */
export function limitsOf(
  { path }: Source,
  { programs, timeoutMs = programs.timeoutMs ?? 60_000, joined }: RendererPorts,
  { marked = false }: RenderOptions = {},
): Pick<Invocation, 'timeoutMs' | 'joined'> {
  const forMarkers = Math.max(markedMs, markedTimes * (plainMs.get(path) ?? 0))
  return {
    timeoutMs: marked ? Math.min(timeoutMs, forMarkers) : timeoutMs,
    ...(joined === undefined ? {} : { joined }),
  }
}

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

/** What a program was run for, and with. */
interface Rendered {
  readonly files: readonly WorkspaceFile[]
  readonly options: RenderOptions | undefined
}

/**
 * The standard output of a program that succeeded. Throws `source.timeout` or `source.render` otherwise, with the class and
 * place of the failure among the files that the program was given.
 */
export function outputOf(source: Source, outcome: Outcome, { files, options }: Rendered): string {
  const { exitCode, timedOut, tooLong, tooLarge, stdout, elapsedMs } = outcome
  if (exitCode === 0 && !timedOut && !tooLong && !tooLarge) {
    if (options?.marked !== true) plainMs.set(source.path, elapsedMs)
    return stdout
  }
  const why = `rendering failed: ${describeFailure(source, outcome, files)}`
  throw stop(timedOut ? 'source.timeout' : 'source.render', why, {
    place: { file: source.path },
    hint: 'Correct it, then run again. On your machine, --debug prints all that the program says.',
    cause:
      exitCode === 1 && !timedOut && !tooLong && !tooLarge && !isOfSandbox(outcome) ? refusal : undefined,
  })
}

/** The cause of an error that the program itself reports: no signal ended it, and no limit. */
const refusal = 'the program refused its input'

/** Whether a program refused what it was given, so that it refuses the same again. */
export const wasRefused = (error: unknown): error is ExpectedStop =>
  error instanceof ExpectedStop && error.cause === refusal
