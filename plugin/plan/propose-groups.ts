import { fieldKey } from '../model/field.ts'
import { isOverlayFile, readsOverlay } from '../model/overlay.ts'
import { inParallel } from '../model/parallel.ts'
import type { ProposedChange } from '../model/proposal.ts'
import type { SourceChange } from './apply-decisions.ts'
import { type Proposed, type ProposeSettings, proposeTraced, traceSources } from './propose-changes.ts'
import type { PlanPorts } from './render-sources.ts'
import { linkedGroups, type ReadingSource } from './source-groups.ts'
import type { KnownSources, TracedFields } from './trace-fields.ts'

/** The changes of sources that were proposed together, and the result. */
export interface ProposedGroup {
  /** The ids of the sources, and their requested changes. */
  readonly sources: readonly string[]
  readonly changes: readonly SourceChange[]
  /** The sources whose requested changes decided where a value is edited. */
  readonly shares: readonly string[]
  /** The scope of each proposed change, before changes that belong together get the same one. */
  readonly scopes: readonly string[]
  readonly proposed: Proposed
}

/** The changes of some sources, which are proposed together. */
export type ChangeGroup = Pick<ProposedGroup, 'sources' | 'changes'>

/** What proposing groups needs: all sources with their files, the renderings of the sources in the groups, and the ports. */
export interface GroupPorts extends PlanPorts, ProposeSettings {
  readonly reading: readonly ReadingSource[]
  readonly known: (sources: ReadonlySet<string>) => Promise<KnownSources>
}

/** Proposes the changes of each group by themselves. */
export async function proposeGroups(
  groups: readonly ChangeGroup[],
  ports: GroupPorts,
): Promise<readonly ProposedGroup[]> {
  const changes = groups.flatMap((group) => group.changes)
  if (changes.length === 0) return []
  const known = await ports.known(new Set(changes.map(({ source }) => source)))
  const traced = await traceSources(changes, known, ports)
  const files = new Map(ports.reading.map((one) => [one.source.id, one.files]))
  return inParallel(groups, async (group): Promise<ProposedGroup> => {
    const near = nearest(group, traced, files)
    const proposed = await proposeTraced(group.changes, near, ports)
    const shares = sharesOf(group.changes, traced)
    return { ...group, shares, scopes: scopesOf(proposed, ports.scopeOf), proposed }
  })
}

/** The traces with the sharers alone that read a file of the group. */
function nearest(
  { sources }: ChangeGroup,
  traced: TracedFields,
  files: ReadonlyMap<string, ReadonlySet<string>>,
): TracedFields {
  const read = new Set(sources.flatMap((id) => [...(files.get(id) ?? [])]))
  const own = new Set(sources)
  const isNear = (one: ReadingSource): boolean =>
    own.has(one.source.id) || [...one.files].some((file) => read.has(file))
  return { ...traced, sharers: traced.sharers.filter(isNear) }
}

/** The sources with fields that must get the same value where a line that several share is the only place. */
const sharesOf = (changes: readonly SourceChange[], { fields }: TracedFields): readonly string[] => [
  ...new Set(
    changes.flatMap((change) => {
      const trace = fields.get(`${change.source}\0${fieldKey(change)}`)?.trace
      return trace?.onlyShared === true ? trace.sharedWith.map(({ source }) => source) : []
    }),
  ),
]

/** Returns the scope of each proposed change; none where pull requests have no scopes. */
export const scopesOf = (
  { proposal }: Proposed,
  scopeOf: ((change: ProposedChange) => string) | undefined,
): readonly string[] => (scopeOf === undefined ? [] : (proposal?.changes ?? []).map(scopeOf))

/**
 * Proposes groups again together where one edits a file that a source of another one reads, or where requested changes of another
 * one decide what it edits.
 */
export async function joinInteracting(
  groups: readonly ProposedGroup[],
  ports: GroupPorts,
): Promise<readonly ProposedGroup[]> {
  const linksOf = linksBetween(groups, ports.reading)
  const sets = linkedGroups(groups, linksOf)
  const alone = sets.filter((set) => set.length === 1).flat()
  const joined = sets
    .filter((set) => set.length > 1)
    .map((set) => ({
      sources: set.flatMap(({ sources }) => sources),
      changes: set.flatMap(({ changes }) => changes),
    }))
  if (joined.length === 0) return groups
  return joinInteracting([...alone, ...(await proposeGroups(joined, ports))], ports)
}

/** Returns what connects a group with others: itself, the groups that read what it edits or decide about it, and new files. */
function linksBetween(groups: readonly ProposedGroup[], reading: readonly ReadingSource[]) {
  const groupOf = new Map(
    groups.flatMap(({ sources }, index) => sources.map((id) => [id, `group ${index}`] as const)),
  )
  const readers = readersOf(new Set(groups.flatMap(({ proposed }) => filesEdited(proposed))), reading)
  return ({ sources, shares, proposed }: ProposedGroup): readonly string[] => {
    const files = filesEdited(proposed)
    const near = [...sources, ...shares, ...files.flatMap((file) => readers.get(file) ?? [])]
    return [...near.flatMap((id) => groupOf.get(id) ?? []), ...files.map((file) => `file ${file}`)]
  }
}

/** The ids of the sources that read each edited file. */
function readersOf(edited: ReadonlySet<string>, reading: readonly ReadingSource[]) {
  const readers = new Map<string, string[]>([...edited].map((file) => [file, []]))
  const overlays = [...edited].filter(isOverlayFile)
  for (const { source, files } of reading) {
    const { overlay } = source
    for (const file of files) readers.get(file)?.push(source.id)
    for (const file of overlays)
      if (overlay !== undefined && readsOverlay(overlay, file)) readers.get(file)?.push(source.id)
  }
  return readers
}

const filesEdited = ({ proposal }: Proposed): readonly string[] =>
  (proposal?.edits ?? []).map(({ file }) => file)
