import { sourceFieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
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
  /** The requested values of fields that take them from a line with others. */
  readonly shared: readonly SharedValue[]
  /** The scope of each proposed change, before changes that belong together get the same one. */
  readonly scopes: readonly string[]
  readonly proposed: Proposed
}

/** A requested value of a line that is edited only if all fields that it sets get the same value. */
interface SharedValue {
  readonly line: string
  /** How many fields the line sets. */
  readonly fields: number
  readonly to: number
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
    const shared = sharedValues(group.changes, traced)
    return { ...group, shared, scopes: scopesOf(proposed, ports.scopeOf), proposed }
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

const sharedValues = (changes: readonly SourceChange[], { fields }: TracedFields): readonly SharedValue[] =>
  changes.flatMap((change) => {
    const trace = fields.get(sourceFieldKey(change))?.trace
    if (trace?.onlyShared !== true || trace.site === null) return []
    const { file, document, path } = trace.site
    const line = JSON.stringify([file, document, path])
    return [{ line, fields: trace.sharedWith.length + 1, to: change.to }]
  })

/** The lines that all fields which they set want to have the same value. */
function linesAlike(groups: readonly ProposedGroup[]): ReadonlySet<string> {
  const byLine = groupBy(
    groups.flatMap(({ shared }) => shared),
    ({ line }) => line,
  )
  return new Set(
    [...byLine].flatMap(([line, values]) => {
      const isAlike = values.every(({ fields, to }) => fields === values.length && to === values[0]?.to)
      return isAlike ? [line] : []
    }),
  )
}

/** Returns the scope of each proposed change; none where pull requests have no scopes. */
export const scopesOf = (
  { proposal }: Proposed,
  scopeOf: ((change: ProposedChange) => string) | undefined,
): readonly string[] => (scopeOf === undefined ? [] : (proposal?.changes ?? []).map(scopeOf))

/**
 * Proposes groups again together where one edits a file that a source of another one reads, or where all of them want the same
 * value for a line that they share.
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

/** Returns what connects a group with others: the groups that read what it edits, its files, and lines that get one value. */
function linksBetween(groups: readonly ProposedGroup[], reading: readonly ReadingSource[]) {
  const groupOf = new Map(
    groups.flatMap(({ sources }, index) => sources.map((id) => [id, `group ${index}`] as const)),
  )
  const readers = readersOf(new Set(groups.flatMap(({ proposed }) => filesEdited(proposed))), reading)
  const alike = linesAlike(groups)
  return ({ sources, shared, proposed }: ProposedGroup): readonly string[] => {
    const files = filesEdited(proposed)
    const near = [...sources, ...files.flatMap((file) => readers.get(file) ?? [])]
    const lines = shared.flatMap(({ line }) => (alike.has(line) ? [`line ${line}`] : []))
    return [...near.flatMap((id) => groupOf.get(id) ?? []), ...files.map((file) => `file ${file}`), ...lines]
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
