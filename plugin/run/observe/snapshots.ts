import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileLines } from '../../io/file-lines.ts'
import { readBounded } from '../../io/read-bounded.ts'
import type { Observation } from '../../model/observation.ts'
import { stop } from '../../model/problem.ts'
import { workloadKey } from '../../model/workload.ts'
import { parseSnapshotLines } from '../../observe/snapshot.ts'
import type { Environment } from '../host.ts'
import type { ObservedUsage } from './request.ts'

/** A text of twice the size does not fit into a string. */
const mostBytes = 256 * 1024 ** 2

/**
 * Merges recorded files, and directories of them: snapshots of several clusters, or of the jobs that shared a run. If
 * several contain a workload, the one with more usage data wins. Throws `path.missing`, `files.unusable` or `snapshot.invalid`.
 */
export function readSnapshots({ cwd }: Pick<Environment, 'cwd'>, files: readonly string[]): ObservedUsage {
  const snapshots = files
    .flatMap((file) => snapshotFiles(cwd, file))
    .map(({ file, path }) =>
      parseSnapshotLines(file, fileLines({ file: path, shown: file, longest: mostBytes }), () =>
        readBounded({ file: path, shown: file, mostBytes }),
      ),
    )
  const found = new Map<string, Observation>()
  for (const one of snapshots.flatMap(({ observations }) => observations)) {
    const key = `${one.cluster}/${workloadKey(one.workload)}`
    const known = found.get(key)
    if (known === undefined || hasMoreData(one, known)) found.set(key, one)
  }
  const readings = snapshots.flatMap((one) => one.readings ?? [])
  return { observations: [...found.values()], readings }
}

const hasMoreData = (one: Observation, other: Observation): boolean =>
  one.days === other.days ? one.coverage > other.coverage : one.days > other.days

function snapshotFiles(cwd: string, file: string) {
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    throw stop('path.missing', `there is no snapshot ${file}`, {
      hint: 'Record one with `tortoise snapshot --out FILE`.',
    })
  }
  if (!statSync(path).isDirectory()) return [{ file, path }]
  const names = readdirSync(path).filter((name) => name.endsWith('.json'))
  if (names.length === 0)
    throw stop('path.missing', `the directory ${file} contains no snapshot`, {
      hint: 'Pass a directory with *.json files.',
    })
  return names.sort().map((name) => ({ file: join(file, name), path: join(path, name) }))
}
