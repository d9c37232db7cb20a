import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stop } from '../model/problem.ts'

/** A version of a tool for an architecture, as Node names it. */
export interface ToolVersion {
  readonly tool: string
  readonly version: string
  readonly arch: string
}

/** The place of a tool in the cache of a runner. */
export interface CachedTool {
  readonly directory: string
  /** The file of a name; `undefined` where the cache does not have the whole tool. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>
  /** Keeps a file. From then on, the cache has the whole tool. */
  readonly keep: (name: string, bytes: Uint8Array) => Promise<void>
  /** Makes a program in a directory of its own, and returns that directory. */
  readonly program: (name: string, bytes: Uint8Array) => Promise<string>
}

/**
 * Opens a tool in the first of some caches that can be written. The layout is that of the runners: `TOOL/VERSION/ARCH`, and
 * `ARCH.complete` beside it. Rejects with `files.unusable` where no cache can be written.
 */
export async function openTool(
  caches: readonly string[],
  { tool, version, arch }: ToolVersion,
): Promise<CachedTool> {
  const paths = caches.map((cache) => join(cache, tool, version, arch))
  const directory = await firstWritable(paths)
  if (directory === undefined)
    throw stop('files.unusable', `no directory for programs can be written (${paths.join(', ')})`, {
      hint: 'Set RUNNER_TOOL_CACHE or RUNNER_TEMP to a directory of this user.',
    })
  const marker = `${directory}.complete`
  return {
    directory,
    read: async (name) => {
      const [isComplete, bytes] = await Promise.all([bytesOf(marker), bytesOf(join(directory, name))])
      return isComplete === undefined ? undefined : bytes
    },
    keep: async (name, bytes) => {
      await replace(join(directory, name), bytes, 0o644)
      await replace(marker, new Uint8Array(), 0o644)
    },
    program: async (name, bytes) => {
      const file = join(directory, 'bin', name)
      await replace(file, bytes, 0o755)
      // Kept renderings are of a program with this time: the same version is the same program in every job.
      await utimes(file, 0, 0)
      return dirname(file)
    },
  }
}

async function firstWritable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const probe = join(path, `.${randomUUID()}`)
    const isWritable = await mkdir(path, { recursive: true })
      .then(() => writeFile(probe, ''))
      .then(() => rm(probe))
      .then(
        () => true,
        () => false,
      )
    if (isWritable) return path
  }
  return undefined
}

const bytesOf = (file: string): Promise<Uint8Array | undefined> => readFile(file).catch(() => undefined)

/** Writes a file as a whole: another job on this machine may read it meanwhile. */
async function replace(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}`
  await writeFile(temporary, bytes, { mode })
  await rename(temporary, file)
}
