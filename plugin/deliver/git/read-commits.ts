import type { PromiseFsClient } from 'isomorphic-git'
import type { PastEdit, PastValue } from '../../model/past-edit.ts'
import type { TrailedChange } from '../record/trailers.ts'
import { type HistorySpan, readArrivals } from './mainline.ts'
import { changeChecker } from './own-changes.ts'

/** A commit of the base branch, with those changes named in its message that its own diff makes. */
export interface HistoryCommit {
  readonly id: string
  /** When it reached the branch, ISO 8601; never after now. */
  readonly at: string
  /** Name of the author. */
  readonly by: string
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly changes: readonly TrailedChange[]
  /** How many further changes its message names, which its diff does not make. They count nowhere. */
  readonly unproved: number
}

type ObjectStore = { readonly fs: PromiseFsClient; readonly gitdir: string; readonly cache?: object }

/**
 * Reads the commits of a ref, newest first. Returns none when the object store does not have the ref. This is the one place
 * where the trailers of commits are read: what it returns as `changes` is proved by the commits' own diffs.
 */
export async function readCommits(store: ObjectStore, span: HistorySpan): Promise<readonly HistoryCommit[]> {
  const repository = { cache: {}, ...store }
  const check = changeChecker(repository)
  const read: Read[] = []
  for (const arrival of await readArrivals(repository, span)) {
    const { id, by, message, tree, parents } = arrival.commit
    const at = new Date(arrival.at).toISOString()
    const commit = { id, at, by, message, tree, parents, ...(await check(arrival)) }
    read.push({ broughtBy: arrival.by.id, commit })
  }
  return withoutRepeats(read)
}

interface Read {
  /** The commit itself, or the merge that brought it. */
  readonly broughtBy: string
  readonly commit: HistoryCommit
}

const identityOf = ({ key, from, to }: TrailedChange): string => [key, from, to].join('\0')

/** A merge does not make the changes again that a commit which it brings makes. */
function withoutRepeats(read: readonly Read[]): readonly HistoryCommit[] {
  const brought = new Map<string, Set<string>>()
  for (const { broughtBy, commit } of read) {
    if (broughtBy === commit.id || commit.changes.length === 0) continue
    const known = brought.get(broughtBy) ?? new Set<string>()
    brought.set(broughtBy, known)
    for (const one of commit.changes) known.add(identityOf(one))
  }
  return read.map(({ commit }) => {
    const known = brought.get(commit.id)
    if (known === undefined) return commit
    return { ...commit, changes: commit.changes.filter((one) => !known.has(identityOf(one))) }
  })
}

/** One change of a value by Tortoise: when it reached the base branch (ISO 8601), where, and what it changed. */
export interface PastChange extends Omit<PastValue, 'daysAgo' | 'emergency'> {
  /** When the emergency ends that the commit begins, ISO 8601. */
  readonly until?: string
  readonly edit: PastEdit
}

/** The changes of each value by change key, newest first. */
export type ChangeHistory = ReadonlyMap<string, readonly PastChange[]>

const longestEmergency = 31 * 86_400_000

/** The end of an emergency, a month after its commit at the latest: anybody who may push can write a time into a message. */
const bounded = (until: string, at: string): string =>
  new Date(Math.min(Date.parse(until), Date.parse(at) + longestEmergency)).toISOString().replace('.000Z', 'Z')

/** Returns the changes of each value, newest first. `commits` are newest first. */
export function pastChanges(commits: readonly HistoryCommit[]): ChangeHistory {
  const past = new Map<string, PastChange[]>()
  for (const { id, at, changes } of commits)
    for (const { key, from, to, rules, file = '', names, until } of changes) {
      const known = past.get(key) ?? []
      past.set(key, known)
      known.push({
        at,
        commit: id,
        from,
        to,
        rules,
        edit: { file, names },
        ...(until && { until: bounded(until, at) }),
      })
    }
  return past
}
