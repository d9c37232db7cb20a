import { groupBy } from '../model/group.ts'
import { inParallel } from '../model/parallel.ts'
import type { Plan } from '../model/plan.ts'
import type { Skipped } from '../model/proposal.ts'
import type { Source } from '../model/source.ts'
import { filesOf } from '../trace/sources/source-files.ts'
import type { SourceChange } from './apply-decisions.ts'
import { decide, planOf } from './decide.ts'
import { mergeProposed } from './merge-proposed.ts'
import type { PlanRequest } from './plan-request.ts'
import { type ChangeGroup, joinInteracting, type ProposedGroup, proposeGroups } from './propose-groups.ts'
import { type PlanPorts, renderAll } from './render-sources.ts'
import { type Shard, sourcesOfShard } from './shard-sources.ts'
import { factsOf, type SourceFacts } from './source-facts.ts'
import { mostReadersOf, type ReadingSource, sourceGroups } from './source-groups.ts'

/** What deciding keeps of a rendering, and the files that its source reads, in arrays. */
export interface PartFacts extends SourceFacts {
  readonly files: readonly string[]
  /** As in `SourceFiles`. */
  readonly inner: readonly string[]
}

/** What one shard found and proposed: plain values, which can be written to a file. */
export interface PlanPart {
  readonly facts: readonly PartFacts[]
  readonly failed: readonly Skipped[]
  readonly groups: readonly ProposedGroup[]
}

/** Plans one shard of the sources: renders, decides, edits and proves these alone. Returns its part, and the plan of it. */
export async function planShard(
  request: PlanRequest,
  shard: Shard,
  ports: PlanPorts,
): Promise<{ readonly part: PlanPart; readonly plan: Plan }> {
  const own = await sourcesOfShard(request.sources, shard, ports)
  const { rendered, failed } = await renderAll(own, ports)
  const facts = await inParallel(rendered, async (rendering): Promise<PartFacts> => {
    const { files, inner } = await filesOf(rendering.source, ports)
    return { ...factsOf(rendering), files: [...files], inner: [...inner] }
  })
  const decided = await decide({ facts, failed }, request, ports)
  const reading = readingOf(facts)
  const named = namedBeside(facts, request.sources)
  const proposing = { ...request, ...ports, reading, known: async () => ({ named, rendered }) }
  const mostReaders = mostReadersOf(request.sources.length, shard.of)
  const groups = await joinInteracting(
    await proposeGroups(changeGroups(decided.changes, reading, mostReaders), proposing),
    proposing,
  )
  const proposed = mergeProposed(
    groups.map((one) => one.proposed),
    { changes: decided.changes, sources: facts.map(({ source }) => source.id) },
  )
  const { coverage: _, ...plan } = planOf(decided, proposed, request)
  return { part: { facts, failed, groups }, plan }
}

/** The sources of facts with their files. */
export const readingOf = (facts: readonly PartFacts[]): readonly ReadingSource[] =>
  facts.map(({ source, files }) => ({ source, files: new Set(files) }))

/** The sources that were rendered, and the others that settings name. */
export function namedBeside(facts: readonly SourceFacts[], sources: readonly Source[]): readonly Source[] {
  const ids = new Set(facts.map(({ source }) => source.id))
  return [...facts.map(({ source }) => source), ...sources.filter(({ id }) => !ids.has(id))]
}

/** Groups changes by the sources that read files in common. */
export function changeGroups(
  changes: readonly SourceChange[],
  reading: readonly ReadingSource[],
  mostReaders: number,
): readonly ChangeGroup[] {
  const bySource = groupBy(changes, ({ source }) => source)
  const changing = reading.filter(({ source }) => bySource.has(source.id))
  return sourceGroups(changing, mostReaders).map((group) => ({
    sources: group.map(({ source }) => source.id),
    changes: group.flatMap(({ source }) => bySource.get(source.id) ?? []),
  }))
}
