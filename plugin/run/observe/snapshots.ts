import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Observation } from '../../model/observation.ts'
import { stop } from '../../model/problem.ts'
import { workloadKey } from '../../model/workload.ts'
import { parseSnapshot } from '../../observe/snapshot.ts'
import type { Host } from '../host.ts'
import type { Gathered } from './request.ts'

/**
 * Recorded files, and directories of them, as one: those of several clusters, or of the jobs that shared a run. Of a workload that
 * several tell of, the one that saw more of it counts.
 */
export function readSnapshots(host: Pick<Host, 'cwd'>, files: readonly string[]): Gathered {
  const snapshots = files
    .flatMap((file) => snapshotFiles(host, file))
    .map(({ file, path }) => parseSnapshot(file, readFileSync(path, 'utf8')))
  const found = new Map<string, Observation>()
  for (const one of snapshots.flatMap(({ observations }) => observations)) {
    const key = `${one.cluster}/${workloadKey(one.workload)}`
    const known = found.get(key)
    if (known === undefined || sawMore(one, known)) found.set(key, one)
  }
  const readings = snapshots.flatMap((one) => one.readings ?? [])
  return { observations: [...found.values()], readings }
}

const sawMore = (one: Observation, other: Observation): boolean =>
  one.days === other.days ? one.coverage > other.coverage : one.days > other.days

function snapshotFiles(host: Pick<Host, 'cwd'>, file: string) {
  const path = resolve(host.cwd, file)
  if (!existsSync(path)) {
    throw stop('path.missing', `there is no snapshot ${file}`, {
      hint: 'Record one with `tortoise snapshot --out FILE`.',
    })
  }
  if (!statSync(path).isDirectory()) return [{ file, path }]
  const names = readdirSync(path).filter((name) => name.endsWith('.json'))
  if (names.length === 0)
    throw stop('path.missing', `there is no snapshot in ${file}`, {
      hint: 'Name a directory with *.json files.',
    })
  return names.sort().map((name) => ({ file: join(file, name), path: join(path, name) }))
}
