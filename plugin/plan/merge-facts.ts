import type { Source } from '../model/source.ts'
import { isRelease, sourceChain } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'
import { repeatedSources } from '../trace/sources/deployed-once.ts'
import { releasesOnce } from '../trace/sources/releases.ts'
import type { KnownFacts } from './decide.ts'
import type { PartFacts, PlanPart } from './plan-shard.ts'
import type { PlanPorts } from './render-sources.ts'

/** What the sources of all parts declare, each source once, in the order in which a plan without shards has them. */
export function mergeFacts(
  parts: readonly PlanPart[],
  sources: readonly Source[],
  ports: Pick<PlanPorts, 'renderer'>,
): KnownFacts & { readonly facts: readonly PartFacts[] } {
  const all = inOrder(
    parts.flatMap(({ facts }) => facts),
    sources,
  )
  const releases = new Set(
    releasesOnce(
      all.filter(({ source }) => isRelease(source)),
      ports,
    ),
  )
  const once = all.filter((one) => !isRelease(one.source) || releases.has(one))
  const deploying = once.map(({ source, files, inner, workloads }) => ({
    source,
    files: new Set(files),
    inner: new Set(inner),
    keys: workloads.map(({ workload }) => workloadKey(workload)),
  }))
  const repeated = new Set(repeatedSources(deploying, ports).map(({ source }) => source))
  return {
    facts: once.filter(({ source }) => !repeated.has(source)),
    failed: parts.flatMap(({ failed }) => failed),
  }
}

/** By depth of the declaration, then by the named source at the top, as in `sources`. */
function inOrder(facts: readonly PartFacts[], sources: readonly Source[]): readonly PartFacts[] {
  const places = new Map(sources.map(({ id }, index) => [id, index]))
  const placeOf = ({ source }: PartFacts): readonly [number, number] => {
    const chain = sourceChain(source)
    const isNamed = places.has(source.id)
    return [isNamed ? 0 : chain.length, places.get(isNamed ? source.id : (chain[0]?.id ?? '')) ?? places.size]
  }
  return facts
    .map((one) => ({ one, place: placeOf(one) }))
    .sort(({ place: [depth, at] }, { place: [otherDepth, otherAt] }) => depth - otherDepth || at - otherAt)
    .map(({ one }) => one)
}
