import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { Programs } from '../../plugin/io/programs.ts'
import type { MountedStore } from '../../plugin/model/store.ts'
import { openStore } from '../../plugin/run/open-store.ts'
import { serveCharts } from '../lab/chart-repository.ts'
import { programDirectory } from '../lab/programs.mjs'
import { startRegistry } from '../lab/registry/server.ts'

/** A store that fetches from servers on the loopback interface in place of those that repositories name. */
export interface ServedCharts {
  readonly store: MountedStore
  readonly close: () => Promise<void>
}

/**
 * Serves packed charts as `SCHEME/HOST/PATH/name-version.tgz` below a directory: those of `oci` by a real registry, those of
 * `https` by a chart repository.
 */
export async function serveChartsOf(directory: string, programs: Programs): Promise<ServedCharts> {
  const registry = await startRegistry()
  const http = await serveCharts(directory)
  for (const archive of archivesBelow(directory)) {
    const [scheme, ...path] = relative(directory, dirname(archive)).split('/')
    const to = `oci://${registry.host}/${path.join('/')}`
    await helm(
      dirname(archive),
      scheme === 'oci'
        ? ['push', archive, to, '--ca-file', registry.certificate.caFile]
        : ['repo', 'index', '.'],
    )
  }
  const served = (url: string): string =>
    url.startsWith('oci://')
      ? url.replace('oci://', `oci://${registry.host}/`)
      : url.replace('https://', `${http.url}/https/`)
  const store = openStore(
    { env: {}, progress: () => {} },
    {
      allow: [registry.host, http.url],
      credentials: [{ host: registry.host, tls: { caFile: registry.certificate.caFile } }],
    },
    programs,
  )
  return {
    store: {
      ...store,
      chart: (reference) => store.chart({ ...reference, repository: served(reference.repository) }),
    },
    close: async () => {
      await Promise.all([registry.close(), http.close()])
    },
  }
}

/** Does not wait for Helm: the registry's output must be read meanwhile. */
const helm = (cwd: string, args: readonly string[]): Promise<unknown> =>
  promisify(execFile)(join(programDirectory('v35'), 'helm'), args, { cwd, env: { HOME: cwd, PATH: '' } })

const archivesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
