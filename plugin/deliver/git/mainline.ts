import { resolveRef } from 'isomorphic-git'
import { readStored, type StoredCommit } from './stored-commit.ts'
import type { Repository } from './tree.ts'

/** A commit, and how it reached a branch. */
export interface Arrival {
  readonly commit: StoredCommit
  /** The commit of the branch's first-parent line that brought it: itself, or the merge of the branch that has it. */
  readonly by: StoredCommit
  /** When it reached the branch, in milliseconds since 1970. */
  readonly at: number
}

/** Which commits to read: those that reached a ref since a time, at most `depth`, newest first. */
export interface HistorySpan {
  readonly ref: string
  readonly since?: Date
  readonly depth: number
  readonly now: Date
}

/** Commits in a row that state a time before `since`, after which no newer one is expected. One of them may state any time. */
const mostStale = 50

/** The first-parent line of a ref, newest first. */
async function lineOf(repository: Repository, { ref, since, depth }: HistorySpan) {
  const line: StoredCommit[] = []
  let stale = 0
  let id: string | undefined = await resolveRef({ ...repository, ref }).catch(() => undefined)
  while (id !== undefined && line.length < depth && stale < mostStale) {
    const commit = await readStored(repository, id)
    if (commit === undefined) break
    line.push(commit)
    stale = since !== undefined && commit.time < since.getTime() ? stale + 1 : 0
    id = commit.parents[0]
  }
  return line
}

/** A merge brings the one commit of a pull request of Tortoise. Of a branch with more, these many are read. */
const mostOfMerge = 100

/** The commits that are reached from some commits through commits that `read` returns, each once. */
async function reached(
  from: readonly string[],
  read: (id: string) => Promise<StoredCommit | undefined>,
): Promise<readonly StoredCommit[]> {
  const found = new Map<string, StoredCommit>()
  const waiting = [...from].reverse()
  for (let id = waiting.pop(); id !== undefined && found.size < mostOfMerge; id = waiting.pop()) {
    const commit = found.has(id) ? undefined : await read(id)
    if (commit === undefined) continue
    found.set(id, commit)
    waiting.push(...[...commit.parents].reverse())
  }
  return [...found.values()]
}

/**
 * The commits that the merges of a line bring, by merge; as many as fit into `depth` with the line, those of the newest
 * merges first. A commit belongs to the oldest merge that brings it.
 */
async function mergedInto(repository: Repository, line: readonly StoredCommit[], depth: number) {
  const onLine = new Set(line.map(({ id }) => id))
  const known = new Map<string, StoredCommit>()
  const readNew = async (id: string): Promise<StoredCommit | undefined> => {
    if (onLine.has(id) || known.has(id)) return undefined
    return readStored(repository, id)
  }
  for (const [index, { parents }] of line.entries()) {
    if (index + known.size >= depth) break
    for (const one of await reached(parents.slice(1), readNew)) known.set(one.id, one)
  }
  const groups = new Map<string, readonly StoredCommit[]>()
  for (const { id, parents } of [...line].reverse()) {
    const group = await reached(parents.slice(1), async (one) => known.get(one))
    for (const one of group) known.delete(one.id)
    groups.set(id, group)
  }
  return groups
}

/**
 * Returns when each commit of a first-parent line reached the branch, in milliseconds. A stated time is capped: it is not
 * after now, and neither before the time of an older commit nor after that of a newer one.
 */
export function arrivalTimes(newestFirst: readonly number[], now: number): readonly number[] {
  let latest = 0
  const rising = [...newestFirst].reverse().map((time) => {
    if (!(time <= now)) return now
    latest = Math.max(latest, time)
    return latest
  })
  let bound = now
  return rising.reverse().map((time) => {
    bound = Math.min(bound, time)
    return bound
  })
}

/** Reads the commits of a ref, newest first; none when the clone does not have the ref. */
export async function readArrivals(repository: Repository, span: HistorySpan): Promise<readonly Arrival[]> {
  const line = await lineOf(repository, span)
  const merged = await mergedInto(repository, line, span.depth)
  const times = arrivalTimes(
    line.map(({ time }) => time),
    span.now.getTime(),
  )
  const since = span.since?.getTime() ?? Number.NEGATIVE_INFINITY
  const arrivals = line.flatMap((by, index): readonly Arrival[] => {
    const at = times[index] ?? 0
    if (at < since) return []
    return [by, ...(merged.get(by.id) ?? [])].map((commit) => ({ commit, by, at }))
  })
  return arrivals.slice(0, span.depth)
}
