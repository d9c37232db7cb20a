import { isOwnCluster } from '../../model/destination.ts'
import { groupBy } from '../../model/group.ts'
import { workloadsOf } from '../../model/manifest.ts'
import { inParallel } from '../../model/parallel.ts'
import { concernsOneSource, ExpectedStop, printPlace } from '../../model/problem.ts'
import type { Rendering, Source } from '../../model/source.ts'
import { isRelease, namespaceOf, sourceChain } from '../../model/source.ts'
import { type FileTexts, fileTexts, someOf } from './file-texts.ts'
import type { InputPorts } from './ports.ts'

/** A source that does not render here, and why. */
export interface Unrendered {
  readonly source: Source
  readonly reason: string
}

/** Renders sources; those that do not render here are returned with the reason. */
export async function renderEach(
  sources: readonly Source[],
  { renderer, view }: InputPorts,
): Promise<{ readonly rendered: readonly Rendering[]; readonly failed: readonly Unrendered[] }> {
  const results = await inParallel(sources, async (source): Promise<Rendering | Unrendered> => {
    try {
      return await renderer.render(source, view)
    } catch (error) {
      if (!concernsOneSource(error)) throw error
      return { source, reason: reasonOf(error) }
    }
  })
  return {
    rendered: results.filter((result): result is Rendering => 'objects' in result),
    failed: results.filter((result): result is Unrendered => 'reason' in result),
  }
}

/** Renderings of releases, and those that do not render here. */
interface RenderedReleases {
  readonly rendered: readonly Rendering[]
  readonly failed: readonly Unrendered[]
}

/**
 * Renders the releases that renderings declare, the releases that these declare, and so on. A release that several sources
 * declare is listed once, as the longest chain declares it: Flux applies its own directory through a Kustomization.
 */
export async function renderReleases(
  declaring: readonly Rendering[],
  ports: InputPorts & { readonly charts?: string },
): Promise<RenderedReleases> {
  const { rendered, failed } = await renderBelow(declaring, ports)
  const keyOf = rollOutKeyBy(ports)
  const kept = withoutOwnOfSpokes(longestChains(rendered, keyOf))
  const known = new Set(kept.map(({ source }) => keyOf(source)))
  return {
    rendered: kept,
    failed: longestChains(failed, keyOf).filter(({ source }) => !known.has(keyOf(source))),
  }
}

/** Of releases that are declared several times, those with the longest chain of declarations, in the order of the first of each. */
export const releasesOnce = <T extends { readonly source: Source }>(
  releases: readonly T[],
  ports: Pick<InputPorts, 'renderer'>,
): readonly T[] => longestChains(releases, rollOutKeyBy(ports))

const rollOutKeyBy =
  ({ renderer }: Pick<InputPorts, 'renderer'>) =>
  (source: Source): string =>
    [source.cluster ?? '', renderer.kindOf(source).rollOutKey(source)].join('\0')

/**
 * Renderings without what Argo CD deploys to its own cluster in the clusters that it deploys to from there: the same
 * Applications are declared for each of them, and only one of these clusters can be its own.
 */
function withoutOwnOfSpokes(all: readonly Rendering[]): readonly Rendering[] {
  const rootOf = ({ source }: Rendering): string => sourceChain(source)[0]?.path ?? source.path
  const byRoot = groupBy(all, rootOf)
  const isLeftOut = (one: Rendering): boolean => {
    if (!isOnHub(one) || workloadsOf(one.objects, namespaceOf(one.source)).length === 0) return false
    const beside = byRoot.get(rootOf(one)) ?? []
    const spokes = new Set(beside.filter(isOnSpoke).flatMap(clusterOf))
    const others = new Set(beside.flatMap(clusterOf).filter((name) => !spokes.has(name)))
    return others.size === 1 && clusterOf(one).some((name) => spokes.has(name))
  }
  return all.filter((one) => !isLeftOut(one))
}

const clusterOf = ({ source }: Rendering): readonly string[] =>
  source.cluster === undefined ? [] : [source.cluster]

/** Whether Argo CD deploys a source, or one that declares it, to another cluster than its own. */
const isOnSpoke = ({ source }: Rendering): boolean =>
  sourceChain(source).some(
    (one) => isRelease(one) && one.destination !== undefined && !isOwnCluster(one.destination),
  )

const isOnHub = (one: Rendering): boolean =>
  isRelease(one.source) && one.source.destination !== undefined && !isOnSpoke(one)

/** Of those with the same key, the one with the longest chain of declarations; in the order of the first of each. */
function longestChains<T extends { readonly source: Source }>(
  all: readonly T[],
  keyOf: (source: Source) => string,
): readonly T[] {
  const best = new Map<string, T>()
  for (const one of all) {
    const key = keyOf(one.source)
    const other = best.get(key)
    if (other === undefined || sourceChain(one.source).length > sourceChain(other.source).length)
      best.set(key, one)
  }
  return [...best.values()]
}

async function renderBelow(
  declaring: readonly Rendering[],
  ports: InputPorts & { readonly charts?: string },
): Promise<RenderedReleases> {
  const declared = await inParallel(declaring, (rendering) => declaredIn(rendering, ports))
  const releases = declared.flatMap((one) => ('reason' in one ? [] : one))
  const unclear = declared.filter((one) => 'reason' in one)
  if (releases.length === 0) return { rendered: [], failed: unclear }
  const own = await renderEach(releases, ports)
  const deeper = await renderBelow(own.rendered, ports)
  return {
    rendered: [...own.rendered, ...deeper.rendered],
    failed: [...unclear, ...own.failed, ...deeper.failed],
  }
}

/** The releases that a rendering declares, or why they cannot be listed. */
async function declaredIn(
  rendering: Rendering,
  { renderer, view, charts }: InputPorts & { readonly charts?: string },
): Promise<readonly Source[] | Unrendered> {
  try {
    return await renderer.declared(rendering, view, charts)
  } catch (error) {
    if (!concernsOneSource(error)) throw error
    return { source: rendering.source, reason: reasonOf(error) }
  }
}

/** The releases below sources. Only sources with a file that may declare releases, and one that passes the filter, are rendered. */
export async function releasesBelow(
  sources: readonly Source[],
  ports: InputPorts,
  texts: FileTexts = fileTexts(ports),
): Promise<readonly Source[]> {
  const found = await inParallel(sources, async (source): Promise<readonly Source[]> => {
    const files = await filePathsOf(source, ports)
    if (!(await someOf(files, texts.mayDeclare)) || !(await someOf(files, texts.passes))) return []
    const { rendered } = await renderEach([source], ports)
    const declared = await Promise.all(rendered.map((rendering) => declaredIn(rendering, ports)))
    return declared.flatMap((one) => ('reason' in one ? [] : one))
  })
  const releases = found.flat()
  return releases.length === 0 ? [] : [...releases, ...(await releasesBelow(releases, ports, texts))]
}

/** Paths of the files whose objects a source renders; none when its inputs cannot be read, which its rendering reports. */
async function filePathsOf(source: Source, { renderer, view }: InputPorts): Promise<readonly string[]> {
  try {
    const inputs = await renderer.inputs(source, view)
    return inputs.filter(({ levelsUp }) => levelsUp === undefined).map(({ path }) => path)
  } catch (error) {
    if (error instanceof ExpectedStop) return []
    throw error
  }
}

/** The first problem of an error, with its line where it names one. */
function reasonOf({ problems: [first], message }: ExpectedStop): string {
  if (first?.place?.line === undefined) return first?.message ?? message
  return `${printPlace(first.place)}: ${first.message}`
}
