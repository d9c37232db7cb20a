import { join } from 'node:path'
import type { Settings } from '../../config/schema.ts'
import type { KeptPorts } from '../../renderers/ports.ts'
import { sha256 } from '../io/blob-directory.ts'
import { keptFiles } from '../io/kept-files.ts'
import { keptLog } from '../io/kept-log.ts'
import { failuresAreShown } from '../io/program-failures.ts'
import { programIdentity } from '../io/program-identity.ts'
import { leadsInto } from '../io/reviewed-path.ts'
import type { KeptResults } from '../model/kept-results.ts'
import { keepBetweenRuns } from '../yaml/per-text.ts'
import type { Checkout } from './checkout.ts'
import type { RunPorts } from './host.ts'
import { cacheDirectory } from './open-store.ts'

/** Differs for each build of the program; absent where its sources run as they are. */
declare const __BUILD__: string

const mebibyte = 1024 ** 2

/** The logs that are open, by their files. */
const logs = new Map<string, KeptResults>()

/**
 * Opens what earlier runs kept of a repository: its renderings, and what its files say. Each result is found by the content
 * that it was made from, and by the build of this program. Nothing is kept in the repository itself, where a commit could
 * hold results. `undefined` where settings or the host keep nothing.
 */
export function openKept(
  { env }: Pick<RunPorts, 'env'>,
  settings: Partial<Settings['charts']>,
  { root }: Checkout,
): KeptPorts | undefined {
  const cache = cacheDirectory(env, settings)
  const isKept =
    typeof __BUILD__ === 'string' &&
    settings.keepRenderings !== false &&
    cache !== undefined &&
    !failuresAreShown() &&
    !leadsInto(root, cache)
  keepBetweenRuns(isKept ? openLog(join(cache, 'files', `${sha256(root)}.log`)) : undefined)
  if (!isKept) return undefined
  const results = keptFiles(join(cache, 'renderings'), { mostBytes: 256 * mebibyte })
  return { results: ofThisBuild(results), programs: programIdentity }
}

function openLog(file: string): KeptResults {
  const log = logs.get(file) ?? ofThisBuild(keptLog(file, { mostBytes: 16 * mebibyte }))
  logs.set(file, log)
  return log
}

const ofThisBuild = ({ read, keep }: KeptResults): KeptResults => ({
  read: (key) => read(`${__BUILD__} ${key}`),
  keep: (key, result) => keep(`${__BUILD__} ${key}`, result),
})
