import { ArchiveFailure, unpackArchive } from '../io/unpack.ts'
import { textOf, valueAt } from '../model/json.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import type { WantedChart } from '../model/store.ts'
import { storeMount } from '../model/store.ts'
import { parseValue } from '../yaml/parse.ts'
import type { Resolved } from './cache.ts'
import { pullFromIndex } from './http-chart.ts'
import { pullFromRegistry } from './oci-chart.ts'
import type { Fetched, OpenedPorts, StorePorts } from './store-ports.ts'
import { viewOfFiles } from './store-view.ts'

/**
 * A chart from the cache, else from its server: an exact version is fetched once for ever, a range is resolved again after
 * a while. Rejects with `source.fetch`.
 */
export async function fetchChart(chart: WantedChart, ports: OpenedPorts): Promise<Fetched> {
  checkNames(chart)
  const { cache, now, refreshMs, offline } = ports
  const key = ['chart', chart]
  const known = await cache.resolved(key)
  const isFresh = known !== undefined && (isPinned(chart) || now() - known.at < refreshMs)
  if (known !== undefined && (isFresh || offline)) {
    const archive = await cache.blob(known.digest)
    if (archive !== undefined) return opened(chart, { ...known, archive }, ports)
  }
  if (offline) throw missing(chart)
  const pulled = await pull(chart, ports)
  const digest = await cache.keep(pulled.archive)
  const fetched = await opened(chart, { ...pulled, digest }, ports)
  await cache.remember(key, { version: fetched.files.version, digest, at: now() } satisfies Resolved)
  return fetched
}

const pull = (chart: WantedChart, ports: OpenedPorts) =>
  chart.repository.startsWith('oci://') ? pullFromRegistry(chart, ports) : pullFromIndex(chart, ports)

/** Whether a reference always means the same content. */
const isPinned = ({ version = '', artifact }: WantedChart): boolean =>
  artifact?.digest !== undefined ||
  exact.test(artifact === undefined ? version : artifact.semver === undefined ? (artifact.tag ?? '') : '')

const exact = /^v?\d+\.\d+\.\d+([-+][\w.+-]*)?$/

const titleOf = ({ repository, name }: WantedChart): string =>
  `${name} of ${repository.replace(/\/\/[^/@]*@/, '//')}`

const missing = (chart: WantedChart) =>
  stop(
    'source.fetch',
    `${titleOf(chart)} ${chart.version ?? ''} is not in the cache, and nothing is fetched here`,
    {
      hint: 'Run once with a network, or remove charts.offline.',
    },
  )

/** Names reach a command line and URLs. */
function checkNames({ repository, name, version = '' }: WantedChart): void {
  const isRepository = URL.canParse(repository) && /^(https?|oci):\/\/[^@]*$/.test(repository)
  if (
    isRepository &&
    /^[\w.-]+(\/[\w.-]+)*$/.test(name) &&
    !/^[-.]|\.\./.test(name) &&
    /^(?!-)[\x20-\x7e]{0,100}$/.test(version)
  )
    return
  const what = isRepository ? `${name} ${version}` : repository.replace(/\/\/[^/]*@/, '//***@')
  throw stop('source.fetch', `${JSON.stringify(what.slice(0, 100))} cannot be a chart in a repository`, {
    hint: 'Give a repository as https://… or oci://… without a login, and the name of a chart.',
  })
}

interface Archive {
  readonly archive: Uint8Array
  readonly digest: string
  readonly version: string
}

/** The files of an archive, mounted by their content. */
async function opened(
  chart: WantedChart,
  { archive, digest, version }: Archive,
  { limits }: StorePorts,
): Promise<Fetched> {
  try {
    const files = await unpackArchive(archive, limits)
    const root = [...files.keys()].find((path) => /^[^/]+\/Chart\.yaml$/.test(path))?.split('/')[0]
    if (root === undefined) throw new ArchiveFailure('it has no Chart.yaml')
    const own = chartVersion(files.get(`${root}/Chart.yaml`)) ?? version
    const directory = digest.slice(0, 24)
    const title = `${chart.name} ${own} from ${chart.repository}`
    return {
      directory,
      view: viewOfFiles(files),
      files: { path: `${storeMount}/${directory}/${root}`, title, version: own, digest },
    }
  } catch (error) {
    if (!(error instanceof ArchiveFailure)) throw error
    throw stop('source.fetch', `the archive of ${titleOf(chart)} ${version} is not used: ${error.message}`, {
      hint: 'Check what the server serves.',
    })
  }
}

function chartVersion(file: Uint8Array | undefined): string | undefined {
  try {
    return textOf(valueAt(parseValue(new TextDecoder().decode(file)), ['version']))
  } catch (error) {
    if (error instanceof ExpectedStop) throw error
    return undefined
  }
}
