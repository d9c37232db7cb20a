import { sha256 } from '../../../io/blob-directory.ts'
import { download } from '../../../io/download.ts'
import { RequestFailure } from '../../../io/request-failure.ts'
import { asExpected } from '../../../io/system-problem.ts'
import { type CachedTool, openTool } from '../../../io/tool-cache.ts'
import { ArchiveFailure, unpackArchive } from '../../../io/unpack.ts'
import { stop } from '../../../model/problem.ts'
import type { ProgramRelease } from './release.ts'

/** Where a program comes from and goes to. */
export interface InstallPlace {
  /** Directories in the order of preference, such as `RUNNER_TOOL_CACHE`. */
  readonly caches: readonly string[]
  /** Architecture as Node names it. */
  readonly arch: string
  /** Names the proxy. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  /** Milliseconds before each further attempt. */
  readonly pauses: readonly number[]
}

/** A program that is ready to run. `fetched` is false where the tool cache had it. */
export interface InstalledProgram {
  readonly directory: string
  readonly fetched: boolean
}

const limits = { archiveBytes: 128 * 1024 ** 2, unpackedBytes: 512 * 1024 ** 2, files: 100 }

/**
 * Installs a program from the tool cache, or from its server. The SHA-256 of the archive is compared in both cases, before
 * anything of it is written to a place that programs run from. Rejects with `program.missing` for another checksum or an
 * archive without the program, and with `RequestFailure` where the server does not answer with the archive.
 */
export async function installProgram(
  release: ProgramRelease,
  place: InstallPlace,
): Promise<InstalledProgram> {
  const { name, version, archive } = release
  try {
    const tool = `gitops-tortoise-${name}`
    const cached = await openTool(place.caches, { tool, version, arch: place.arch })
    const known = await cached.read(archive)
    if (known !== undefined && sha256(known) === release.sha256)
      return { directory: await unpackedIn(cached, release, known), fetched: false }
    const { env, timeoutMs, pauses } = place
    const maxBytes = limits.archiveBytes
    const bytes = await download({ url: release.url, env, maxBytes, timeoutMs, pauses })
    requireChecksum(release, bytes)
    await cached.keep(archive, bytes)
    return { directory: await unpackedIn(cached, release, bytes), fetched: true }
  } catch (error) {
    throw asExpected(error, `the directory for ${name}`)
  }
}

function requireChecksum(release: ProgramRelease, bytes: Uint8Array): void {
  const found = sha256(bytes)
  if (found === release.sha256) return
  throw stop(
    'program.missing',
    `${shownUrl(release.url)} has the SHA-256 ${found}, and that of ${release.name} ${release.version} is ${release.sha256}`,
    {
      hint: 'Nothing of it was run or kept. Check the server and the input program-versions, or install the program in an earlier step.',
    },
  )
}

async function unpackedIn(cached: CachedTool, release: ProgramRelease, archive: Uint8Array): Promise<string> {
  const program = await memberOf(release, archive)
  return cached.program(release.name, program)
}

async function memberOf({ url, name, member }: ProgramRelease, archive: Uint8Array): Promise<Uint8Array> {
  const files = await unpackArchive(archive, limits).catch((error: unknown) => {
    if (error instanceof ArchiveFailure) throw unusable(url, error.message)
    throw error
  })
  const program = files.get(member)
  if (program === undefined) throw unusable(url, `it has no ${member}, which is ${name}`)
  return program
}

const unusable = (url: URL, why: string) =>
  stop('program.missing', `${shownUrl(url)} cannot be used: ${why}`, {
    hint: 'Correct the input program-versions or programs-url, or install the program in an earlier step.',
  })

/** A URL without user and password. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}

/** Whether a program could not be fetched, so that a run goes on without it. */
export const isUnreached = (error: unknown): error is RequestFailure => error instanceof RequestFailure
