import { delimiter } from 'node:path'
import type { Settings } from '../../../../config/schema.ts'
import { searchIn } from '../../../io/program-search.ts'
import { searchDirectories } from '../../../io/reviewed-path.ts'
import { makeTemporaryDirectory } from '../../../io/workspace.ts'
import type { Host } from '../../../run/host.ts'
import type { ProgramChoice } from './choice.ts'
import { type InstalledProgram, type InstallPlace, installProgram, isUnreached, shownUrl } from './install.ts'
import type { InstalledName } from './pinned.ts'
import { type ProgramRelease, type RunnerPlatform, releaseFor } from './release.ts'

/** What a step needs programs for. */
export interface ProgramNeed {
  readonly choice: ProgramChoice
  /** Paths from the operator settings. */
  readonly programs: Partial<Settings['programs']>
  /** Root of the repository, whose programs are never run. */
  readonly root: string
  readonly runner: RunnerPlatform
  /** Limits of downloads; those of `usualLimits` where left out. */
  readonly limits?: Pick<InstallPlace, 'timeoutMs' | 'pauses'>
}

/** Which program is installed where none of several is there. */
const groups: readonly {
  readonly install: InstalledName
  readonly any: readonly ('kubectl' | InstalledName)[]
}[] = [
  { install: 'kustomize', any: ['kustomize', 'kubectl'] },
  { install: 'helm', any: ['helm'] },
]

const usualLimits = { timeoutMs: 90_000, pauses: [1_000, 4_000] }

/**
 * The host with a PATH that also has the programs that were missing, for this run alone. A version that an input names comes
 * first on it. Where a server does not answer, a warning says so and the run goes on without the program: no source may need it. Rejects with
 * `program.missing` for a wrong checksum.
 */
export async function withPrograms(host: Host, need: ProgramNeed): Promise<Host> {
  if (need.choice.install === 'never') return host
  const [before, after]: [string[], string[]] = [[], []]
  for (const { install, any } of groups) {
    const given = need.choice.versions.find(({ name }) => name === install)
    const isSet = any.some((name) => need.programs[name] !== undefined)
    if (isSet || (given === undefined && (await isThere(host, any, need.root)))) continue
    const release = releaseFor(install, need.runner, { given, mirror: need.choice.mirror })
    const directory = await directoryOf(host, release, { need, name: install })
    if (directory !== undefined) (given === undefined ? after : before).push(directory)
  }
  if (before.length + after.length === 0) return host
  const PATH = [...before, host.env['PATH'] ?? '', ...after].filter(Boolean).join(delimiter)
  return { ...host, env: { ...host.env, PATH } }
}

async function isThere({ env }: Host, names: readonly string[], root: string): Promise<boolean> {
  const directories = searchDirectories(env['PATH'] ?? '', root)
  const found = await Promise.all(names.map((name) => searchIn(directories, name, root)))
  return found.some((file) => file !== undefined)
}

async function directoryOf(
  host: Host,
  release: ProgramRelease | undefined,
  { need, name }: { readonly need: ProgramNeed; readonly name: InstalledName },
): Promise<string | undefined> {
  const { runner, limits = usualLimits } = need
  if (release === undefined) {
    const message = `${name} is not on PATH, and there is no pinned version for ${runner.platform} ${runner.arch}. Install it in an earlier step.`
    host.progress({ kind: 'warning', message })
    return undefined
  }
  const place = { caches: await cachesOf(host), arch: runner.arch, env: host.env, ...limits }
  const installed = await installProgram(release, place).catch((error: unknown) => {
    if (!isUnreached(error)) throw error
    host.progress({ kind: 'warning', message: unreached(release, error.message) })
    return undefined
  })
  if (installed !== undefined) host.progress({ kind: 'note', message: readyText(release, installed) })
  return installed?.directory
}

/** The directories of the runner. Without any, a private one: others could write to a known place in the shared one. */
async function cachesOf({ env }: Host): Promise<readonly string[]> {
  const known = [env['RUNNER_TOOL_CACHE'], env['RUNNER_TEMP']].flatMap((one) => one || [])
  return known.length > 0 ? known : [await makeTemporaryDirectory('tortoise-programs-')]
}

const unreached = ({ name, version, url }: ProgramRelease, why: string): string =>
  `${name} ${version} could not be downloaded from ${shownUrl(url)}: ${why}. A source that needs it ends the run. Install it in an earlier step, or set programs-url to a mirror.`

const readyText = (
  { name, version, url }: ProgramRelease,
  { directory, fetched }: InstalledProgram,
): string =>
  fetched
    ? `${name} ${version} was downloaded from ${shownUrl(url)} with the expected SHA-256, to ${directory}`
    : `${name} ${version} is from the tool cache, with the expected SHA-256: ${directory}`
