import { RE2JS } from 're2js'
import { type Answer, type LoopbackPlace, withLoopbackServer } from '../io/loopback-server.ts'
import { listOf, textOf, valueAt } from '../model/json.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import type { ArtifactChoice, WantedChart } from '../model/store.ts'
import { helmPull } from './helm-pull.ts'
import { noVersion, type PullPorts } from './http-chart.ts'
import type { PulledArchive } from './pulled.ts'
import { openRegistry, parsed, type RegistryRepository } from './registry.ts'

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/**
 * Pulls a chart from a registry. Helm chooses the tag and requests the artifact, through a loopback server that downloads
 * under the allow list; where Flux chooses the artifact, only a range of tags is Helm's. Rejects with `source.fetch`.
 */
export async function pullFromRegistry(chart: WantedChart, ports: PullPorts): Promise<PulledArchive> {
  const { repository, name, version, artifact = {} } = chart
  const registry = openRegistry(`${repository.replace(/\/+$/, '')}/${name}`, ports.transport)
  const chosen =
    chart.artifact === undefined
      ? await helmChoice({ chart, registry, ports, range: version, isWhole: true })
      : (artifact.digest ?? (await taggedChoice(chart, registry, ports)))
  const manifest = await registry.manifest(chosen)
  const layers = listOf(valueAt(parsed(manifest.body), ['layers']))
  const wanted = artifact.mediaType ?? chartLayer
  const isWanted = (type: string) => layers.find((layer) => valueAt(layer, ['mediaType']) === type)
  const layer = isWanted(wanted) ?? (artifact.mediaType === undefined ? layers[0] : undefined)
  const digest = textOf(valueAt(layer, ['digest']))
  if (digest === undefined)
    throw stop('source.fetch', `${repository}/${name} ${chosen} has no layer of type ${wanted}`, {
      hint: 'Correct layerSelector, or name another artifact.',
    })
  return { archive: await registry.blob(digest), version: chosen.replace('_', '+') }
}

/** The tag that Flux takes: the newest in a range of those that match the filter, else the named one. */
async function taggedChoice(
  chart: WantedChart,
  registry: RegistryRepository,
  ports: PullPorts,
): Promise<string> {
  const { semver, tag = 'latest' } = chart.artifact ?? {}
  if (semver === undefined) return tag
  return pickTag(filtered(await registry.tags(), chart.artifact), semver, ports)
}

function filtered(tags: readonly string[], { semverFilter }: ArtifactChoice = {}): readonly string[] {
  if (semverFilter === undefined) return tags
  try {
    const filter = RE2JS.compile(semverFilter)
    return tags.filter((tag) => filter.matcher(tag).find())
  } catch (cause) {
    throw stop('source.fetch', `the semverFilter ${JSON.stringify(semverFilter)} cannot be read`, { cause })
  }
}

/**
 * The tag that Helm chooses of a list for a range of versions, with or without a `v` before it. Rejects with
 * `source.fetch` where none is in the range.
 */
export async function pickTag(tags: readonly string[], range: string, ports: PullPorts): Promise<string> {
  // Helm reads tags of registries strictly: without the `v` that tags of Git and of Flux artifacts may have.
  const byVersion = new Map(tags.map((tag) => [tag.replace(/^v(?=\d)/, ''), tag]))
  const version = await helmChoice({
    chart: { repository: 'it', name: 'tags' },
    registry: {
      tags: async () => [...byVersion.keys()],
      manifest: async () => none(),
      blob: async () => none(),
    },
    ports,
    range,
    isWhole: false,
  })
  return byVersion.get(version) ?? version
}

const none = (): never => {
  throw new Error('only tags are chosen')
}

interface Choice {
  readonly chart: WantedChart
  readonly registry: RegistryRepository
  readonly ports: PullPorts
  readonly range: string | undefined
  /** Whether Helm must read the whole chart too. */
  readonly isWhole: boolean
}

async function helmChoice({ chart, registry, ports, range, isWhole }: Choice): Promise<string> {
  const { name } = chart
  const state: State = {}
  const isPulled = await withLoopbackServer(
    (place) => answers({ registry, state, place, name: last(name) }),
    ({ host, word }) =>
      helmPull(
        [
          `oci://${host}/${word}/${last(name)}`,
          '--plain-http',
          ...(range === undefined ? [] : [`--version=${range}`]),
        ],
        ports.programs,
      ),
  )
  if (state.failure !== undefined) throw state.failure
  if (state.tag !== undefined && (isPulled || !isWhole)) return state.tag
  throw stop('source.fetch', isWhole ? noVersion(chart) : `no tag is in the range ${range}`, {
    hint: 'Correct the version or the repository.',
  })
}

const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

interface State {
  failure?: ExpectedStop
  /** The tag whose manifest Helm requested. */
  tag?: string
}

interface Answering {
  readonly registry: RegistryRepository
  readonly state: State
  readonly place: LoopbackPlace
  readonly name: string
}

/** Answers as a registry would, with what the real one has. */
function answers({ registry, state, place, name }: Answering): Answer {
  const base = `/v2/${place.word}/${name}/`
  const answer: Answer = async (path) => {
    if (path === '/v2/') return { body: '{}', type: 'application/json' }
    if (!path.startsWith(base)) return undefined
    const [what, reference = ''] = path.slice(base.length).split('/')
    if (what === 'tags')
      return { body: JSON.stringify({ name, tags: await registry.tags() }), type: 'application/json' }
    if (what === 'blobs') return { body: await registry.blob(reference) }
    if (what !== 'manifests') return undefined
    if (!reference.includes(':')) state.tag = reference
    const { body, type, digest } = await registry.manifest(reference)
    return { body, type, headers: { 'docker-content-digest': digest } }
  }
  return (path) =>
    answer(path).catch((error: unknown) => {
      if (error instanceof ExpectedStop) state.failure = error
      throw error
    })
}
