import type { PastEdit } from '../model/past-edit.ts'
import type { ValueCommit, ValueEvent } from '../model/value-history.ts'
import type { HistoryCommit } from './git/read-commits.ts'
import type { TrailedChange } from './record/trailers.ts'

/** The commits to search, and how files and values are compared. */
export interface HistoryPorts {
  /** Commits of the base branch, oldest first. */
  readonly commits: readonly HistoryCommit[]
  /** Whether a commit changed a file. */
  readonly touches: (commit: HistoryCommit, file: string) => Promise<boolean>
  /** Whether an edit can have set the value. */
  readonly isEdit: (edit: PastEdit) => boolean
  /** Whether two texts are the same value. */
  readonly same: (left: string, right: string) => boolean
}

/** A change of the value by Tortoise, and its place in the commits. */
interface OwnChange {
  readonly change: TrailedChange
  readonly commit: HistoryCommit
  readonly index: number
}

const subjectOf = ({ message }: HistoryCommit): string => message.split('\n', 1)[0] ?? ''

/** The number that GitHub writes after the subject of a squashed commit, or into the merge commit above a commit. */
function pullOf(commit: HistoryCommit, commits: readonly HistoryCommit[]): number | undefined {
  const merge = commits.find(({ parents }) => parents.length > 1 && parents.slice(1).includes(commit.id))
  const text =
    / \(#(\d+)\)$/.exec(subjectOf(commit)) ?? /^Merge pull request #(\d+) /.exec(merge?.message ?? '')
  return text?.[1] === undefined ? undefined : Number(text[1])
}

function describe(commit: HistoryCommit, commits: readonly HistoryCommit[]): ValueCommit {
  const pull = pullOf(commit, commits)
  const { id, at, by } = commit
  return { id, at, by, subject: subjectOf(commit), ...(pull === undefined ? {} : { pull }) }
}

const ownChanges = (key: string, { commits, isEdit }: HistoryPorts): readonly OwnChange[] =>
  commits.flatMap((commit, index) =>
    commit.changes
      .filter(({ key: one, file = '', names }) => one === key && isEdit({ file, names }))
      .map((change) => ({ change, commit, index })),
  )

/** Whether a commit says that it reverts another, as Git and GitHub write it. */
const isRevert = (later: HistoryCommit, earlier: HistoryCommit): boolean =>
  later.message.includes(`This reverts commit ${earlier.id}`) ||
  subjectOf(later).startsWith(`Revert "${subjectOf(earlier)}"`)

/**
 * Returns what happened to one value, oldest first: the changes by Tortoise, and the reverts and manual edits between and
 * after them. `current` is the value on the base branch; `undefined` when it is not rendered any more.
 */
export async function valueHistory(
  key: string,
  current: string | undefined,
  ports: HistoryPorts,
): Promise<readonly ValueEvent[]> {
  const own = ownChanges(key, ports)
  const events: ValueEvent[] = []
  for (const [nth, one] of own.entries()) {
    const { change, commit } = one
    const { from, to, rules, evidence, file } = change
    events.push({
      kind: 'set',
      from,
      to,
      rules,
      commit: describe(commit, ports.commits),
      ...(evidence === undefined ? {} : { evidence }),
      ...(file === undefined ? {} : { file }),
    })
    const next = own[nth + 1]
    const found = next === undefined ? current : next.change.from
    const between = ports.commits.slice(one.index + 1, next?.index ?? ports.commits.length)
    if (found !== undefined) events.push(...(await manualEvents(one, { found, between }, ports)))
  }
  return events
}

interface Interval {
  /** The value at its end. */
  readonly found: string
  readonly between: readonly HistoryCommit[]
}

/** The reverts and manual edits that explain why the value differs from the one that Tortoise set. */
async function manualEvents(
  { change, commit }: OwnChange,
  { found, between }: Interval,
  ports: HistoryPorts,
): Promise<readonly ValueEvent[]> {
  const { from: before, to: ours, file } = change
  if (ports.same(ours, found)) return []
  const touching = await Promise.all(
    between.map(
      async (later) => isRevert(later, commit) && (file === undefined || ports.touches(later, file)),
    ),
  )
  const index = touching.indexOf(true)
  const revert = between[index]
  if (revert !== undefined) {
    const reverted = event('reverted', [ours, before], { commit: describe(revert, ports.commits) })
    const rest = between.slice(index + 1)
    return ports.same(before, found)
      ? [reverted]
      : [reverted, await edited([before, found], change, { rest, ports })]
  }
  const edit = await edited([ours, found], change, { rest: between, ports })
  return [ports.same(before, found) ? { ...edit, kind: 'reverted' } : edit]
}

const event = (
  kind: ValueEvent['kind'],
  [from, to]: readonly [from: string, to: string],
  more: Pick<ValueEvent, 'commit' | 'among'>,
): ValueEvent => ({ kind, from, to, rules: [], ...more })

/** A manual edit. It names the newest commit that touched the file of the value and is not a change by Tortoise. */
async function edited(
  values: readonly [from: string, to: string],
  { file, key }: TrailedChange,
  { rest, ports }: { readonly rest: readonly HistoryCommit[]; readonly ports: HistoryPorts },
): Promise<ValueEvent> {
  const touching: HistoryCommit[] = []
  for (const one of rest)
    if (
      file !== undefined &&
      !one.changes.some((change) => change.key === key) &&
      (await ports.touches(one, file))
    )
      touching.push(one)
  const last = touching.at(-1)
  return event('edited', values, {
    ...(last === undefined ? {} : { commit: describe(last, ports.commits) }),
    ...(touching.length > 1 ? { among: touching.length } : {}),
  })
}
