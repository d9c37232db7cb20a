import { groupBy } from '../model/group.ts'
import { inParallel } from '../model/parallel.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { stop } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import { renderEach } from '../trace/sources/releases.ts'
import type { SourceChange } from './apply-decisions.ts'
import { decide, planOf } from './decide.ts'
import { mergeFacts } from './merge-facts.ts'
import { mergeProposed } from './merge-proposed.ts'
import type { PlanRequest } from './plan-request.ts'
import { changeGroups, namedBeside, type PlanPart, readingOf } from './plan-shard.ts'
import {
  type ChangeGroup,
  type GroupPorts,
  joinInteracting,
  type ProposedGroup,
  proposeGroups,
  scopesOf,
} from './propose-groups.ts'
import type { PlanPorts } from './render-sources.ts'
import { mostReadersOf } from './source-groups.ts'

/**
 * Computes the plan of all shards from their parts. Values are recommended again from what all sources declare. Edits and proof of
 * a group of sources are taken from its part where the requested changes are the same; otherwise, and where groups touch each
 * other's files, they are made again. Throws `shards.unusable` where a part edits a file that has another text now.
 */
export async function mergeParts(
  parts: readonly PlanPart[],
  request: PlanRequest,
  ports: PlanPorts,
): Promise<Plan> {
  const known = mergeFacts(parts, request.sources, ports)
  const decided = await decide(known, request, ports)
  const { changes } = decided
  const reading = readingOf(known.facts)
  const named = namedBeside(known.facts, request.sources)
  const proposing: GroupPorts = { ...request, ...ports, reading, known: renderOf(named, ports) }
  const { kept, open } = await compare(parts, changes, proposing)
  const mostReaders = mostReadersOf(request.sources.length, parts.length)
  const again = [...open.groups, ...changeGroups(open.changes, reading, mostReaders)]
  noteAgain(again, ports)
  const groups = await joinInteracting([...kept, ...(await proposeGroups(again, proposing))], proposing)
  const proposed = mergeProposed(
    groups.map((group) => group.proposed),
    { changes, sources: known.facts.map(({ source }) => source.id) },
  )
  return planOf(decided, proposed, request)
}

const renderOf =
  (named: readonly Source[], ports: PlanPorts): GroupPorts['known'] =>
  async (ids) => {
    const { rendered } = await renderEach(
      named.filter(({ id }) => ids.has(id)),
      ports,
    )
    return { named, rendered }
  }

function noteAgain(again: readonly ChangeGroup[], { progress }: PlanPorts): void {
  const sources = new Set(again.flatMap((group) => group.sources)).size
  if (sources > 0)
    progress({
      kind: 'note',
      message: `${plural(sources, 'source')} are planned again: what other shards found changes their values`,
    })
}

interface Compared {
  readonly kept: readonly ProposedGroup[]
  readonly open: { readonly groups: readonly ChangeGroup[]; readonly changes: readonly SourceChange[] }
}

/** Separates the groups whose requested changes and scopes are those of the merge from the groups to propose again. */
async function compare(
  parts: readonly PlanPart[],
  changes: readonly SourceChange[],
  { scopeOf, view }: GroupPorts,
): Promise<Compared> {
  const all = parts.flatMap(({ groups }) => groups)
  const bySource = groupBy(changes, ({ source }) => source)
  const wanted = all.map((group) => ({
    group,
    changes: group.sources.flatMap((id) => bySource.get(id) ?? []),
  }))
  const isSame = ({ group, changes: now }: (typeof wanted)[number]): boolean =>
    JSON.stringify(now) === JSON.stringify(group.changes) &&
    JSON.stringify(scopesOf(group.proposed, scopeOf)) === JSON.stringify(group.scopes)
  const kept = wanted.filter(isSame).map(({ group }) => group)
  await inParallel(kept, (group) => requireTexts(group, view))
  const grouped = new Set(all.flatMap(({ sources }) => sources))
  return {
    kept,
    open: {
      groups: wanted
        .filter((one) => !isSame(one) && one.changes.length > 0)
        .map((one) => ({ sources: one.group.sources, changes: one.changes })),
      changes: changes.filter(({ source }) => !grouped.has(source)),
    },
  }
}

/** Throws `shards.unusable` where a file does not have the text that an edit starts from. */
async function requireTexts({ proposed }: ProposedGroup, view: PlanPorts['view']): Promise<void> {
  for (const { file, before } of proposed.proposal?.edits ?? []) {
    if (((await view.read(file))?.text ?? '') === before) continue
    throw stop('shards.unusable', 'this file has another text than the one that a shard was planned on', {
      place: { file },
      hint: 'Plan all shards again on the commit that is merged.',
    })
  }
}
