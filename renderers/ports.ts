import type { Invocation, Outcome } from '../plugin/io/process.ts'
import type { Programs } from '../plugin/io/programs.ts'
import type { LaidFile } from '../plugin/io/workspace.ts'
import { stop } from '../plugin/model/problem.ts'
import type { InputFile, RenderOptions, RepositoryView, Source } from '../plugin/model/source.ts'

/** What renderers need from outside. */
export interface RendererPorts {
  readonly programs: Programs
  /** Wall-clock bound of one rendering, in milliseconds. */
  readonly timeoutMs?: number
  /** Whether programs stay in our process group. */
  readonly joined?: boolean
}

/**
 * The bounds of a run, as its program is started with them. Dyes can send a template into loops; then it is cut short,
 * and they are tried apart.
 */
export const boundsOf = (
  { programs, timeoutMs = programs.timeoutMs ?? 60_000, joined }: RendererPorts,
  { dyed = false }: RenderOptions = {},
): Pick<Invocation, 'timeoutMs' | 'joined'> => ({
  timeoutMs: dyed ? Math.min(timeoutMs, 8_000) : timeoutMs,
  ...(joined === undefined ? {} : { joined }),
})

/** The inputs as files to lay out, each at the path by which the source refers to it. */
export async function inputContents(
  view: RepositoryView,
  inputs: readonly InputFile[],
): Promise<readonly LaidFile[]> {
  const files = await Promise.all(
    inputs.map(async ({ at, path }) => ({ path: at, content: await view.bytes(path) })),
  )
  return files.flatMap(({ path, content }) => (content === undefined ? [] : [{ path, content }]))
}

/** An environment with nothing of the caller's, no programs to start, and no way to the network. */
export const isolated = (directory: string): Readonly<Record<string, string>> => ({
  HOME: directory,
  PATH: '',
  HTTP_PROXY: nowhere,
  HTTPS_PROXY: nowhere,
})

// The discard port of this machine: a program that asks the network is refused at once.
const nowhere = 'http://127.0.0.1:9'

/** The standard output of a program that ended well; otherwise stops with the program's own words. */
export function outputOf(source: Source, outcome: Outcome, workspace: string): string {
  if (outcome.exitCode === 0 && !outcome.timedOut && !outcome.tooLong && !outcome.tooLarge)
    return outcome.stdout
  const said = outcome.stderr.replaceAll(`${workspace}/`, '').trim()
  const why = outcome.timedOut
    ? 'did not finish in time'
    : outcome.tooLong
      ? 'printed too much'
      : outcome.tooLarge
        ? 'took too much memory'
        : said
  throw stop('source.render', `rendering failed: ${why}`, {
    place: { file: source.path },
    hint: 'Make it render with the bare program first, then run again.',
  })
}
