import { sha256 } from '../io/blob-directory.ts'
import { type Answer, type LoopbackPlace, withLoopbackServer } from '../io/loopback-server.ts'
import type { Programs } from '../io/programs.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import type { WantedChart } from '../model/store.ts'
import { helmPull } from './helm-pull.ts'
import { type IndexEntry, indexEntries } from './index-entries.ts'
import type { PulledArchive } from './pulled.ts'
import type { Transport } from './transport.ts'
import { failed } from './transport.ts'

/** What charts are pulled with. */
export interface PullPorts {
  readonly transport: Transport
  readonly programs: Programs
  /** The index of a repository, requested once. */
  readonly index: (repository: string) => Promise<string>
}

/**
 * Pulls a chart from an HTTP repository. Helm chooses the version from the index and requests the archive; both go through
 * a loopback server that downloads under the allow list. Rejects with `source.fetch`.
 */
export async function pullFromIndex(chart: WantedChart, ports: PullPorts): Promise<PulledArchive> {
  const { name, version } = chart
  const entries = await entriesOf(chart, ports)
  const pull: Pull = { chart, ports, entries, state: {} }
  const isPulled = await withLoopbackServer(
    (place) => answers(pull, place),
    ({ host, word }) =>
      helmPull(
        [name, `--repo=http://${host}/${word}`, ...(version === undefined ? [] : [`--version=${version}`])],
        ports.programs,
      ),
  )
  const { failure, pulled } = pull.state
  if (failure !== undefined) throw failure
  if (isPulled && pulled !== undefined) return pulled
  throw stop('source.fetch', noVersion(chart), {
    hint: 'Correct the version or the repository.',
  })
}

interface Pull {
  readonly chart: WantedChart
  readonly ports: PullPorts
  readonly entries: readonly IndexEntry[]
  readonly state: { failure?: ExpectedStop; pulled?: PulledArchive }
}

/** What a repository lacks, or what Helm does not accept of it. */
export const noVersion = ({ repository, name, version }: WantedChart): string =>
  version === undefined
    ? `${repository} has no version of ${name} that Helm accepts`
    : `${repository} has no version of ${name} in ${version} that Helm accepts`

/** Reads the index of a repository. Rejects with `source.fetch`. */
export async function readIndex(repository: string, transport: Transport): Promise<string> {
  const { body } = await transport.get(indexUrl(repository), { suggest: new URL(repository) })
  return new TextDecoder().decode(body)
}

const indexUrl = (repository: string): URL => new URL('index.yaml', withSlash(repository))

async function entriesOf(
  { repository, name }: WantedChart,
  { index }: PullPorts,
): Promise<readonly IndexEntry[]> {
  const entries = indexEntries(await index(repository), name)
  if (entries !== undefined) return entries
  throw failed(indexUrl(repository), `the index lists no chart ${name}`)
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

const answers =
  (pull: Pull, { host, word }: LoopbackPlace): Answer =>
  async (path) => {
    if (path === `/${word}/index.yaml`) return { body: indexFor(pull, `http://${host}/${word}`) }
    const index = numberIn(path, word)
    const entry = index === undefined ? undefined : pull.entries[index]
    return entry === undefined ? undefined : { body: await archiveOf(pull, entry) }
  }

/** The number in the path of an archive; `undefined` for any other path. */
function numberIn(path: string, word: string): number | undefined {
  const [, first, name = ''] = path.split('/')
  return first === word && /^\d+\.tgz$/.test(name) ? Number.parseInt(name, 10) : undefined
}

/** An index of the one chart, whose archives have URLs of the loopback server. */
function indexFor({ chart: { name }, entries }: Pull, base: string): string {
  const versions = entries.map(({ version, apiVersion = 'v2', digest = '' }, index) => ({
    name,
    version,
    apiVersion,
    digest,
    urls: [`${base}/${index}.tgz`],
  }))
  return JSON.stringify({ apiVersion: 'v1', entries: { [name]: versions } })
}

async function archiveOf({ chart, ports, state }: Pull, entry: IndexEntry): Promise<Uint8Array> {
  try {
    const url = new URL(entry.url, withSlash(chart.repository))
    const { body } = await ports.transport.get(url)
    if (entry.digest !== undefined && sha256(body) !== entry.digest)
      throw failed(url, `its digest is sha256:${sha256(body)}, and the index says sha256:${entry.digest}`)
    state.pulled = { archive: body, version: entry.version }
    return body
  } catch (error) {
    if (error instanceof ExpectedStop) state.failure = error
    throw error
  }
}
