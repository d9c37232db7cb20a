import type { PastEdit } from '../../model/past-edit.ts'
import type { Comment, Pull } from '../forges/forge.ts'
import type { HistoryCommit } from '../git/read-commits.ts'
import { type BlockItem, readBlock } from '../record/hidden-block.ts'
import { type Command, readCommands } from './commands.ts'

/** One decision about one value: who made it, where and when. `proposed` and `merged` are states of its pull request. */
export interface Decision {
  readonly kind: 'proposed' | 'merged' | 'declined' | 'snooze' | 'pin' | 'ignore' | 'split' | 'retry'
  readonly item: BlockItem
  /** The pull request or commit that records it: `#12`, `1a2b3c4d5e`. */
  readonly place: string
  /** ISO 8601. */
  readonly at: string
  /** Who made it; absent when the forge does not say. */
  readonly by?: string
  /** End of a snooze, or of the emergency that a merged pull request began, ISO 8601. */
  readonly until?: string
  /** Value of a pin. */
  readonly value?: string
  /** What a commit edited; absent for decisions in pull requests. */
  readonly edit?: PastEdit
}

/** A command that somebody gave by a label or a checkbox: who, and when (ISO 8601). */
export interface Mark {
  readonly command: Command
  readonly by: string
  readonly at: string
}

/** A pull request with what people with push access did on it. */
export interface ReviewedPull {
  readonly pull: Pull
  readonly comments: readonly Comment[]
  readonly marks: readonly Mark[]
  /** Who of them closed it; absent when none did. */
  readonly closedBy?: string
}

/** All decisions, oldest first, by change key. */
export type DecisionLog = ReadonlyMap<string, readonly Decision[]>

const day = 86_400_000
const later = (at: string, days: number): string => new Date(Date.parse(at) + days * day).toISOString()

/**
 * Whether the words of a command, for example `Deployment/api requests.cpu`, match the parts of an item's address. Each
 * word matches a part of its own, because a container often has the name of its workload.
 */
const matches = ([word, ...rest]: readonly string[], parts: readonly string[]): boolean =>
  word === undefined ||
  parts.some(
    (part, at) =>
      (part === word || part.endsWith(`/${word}`)) &&
      matches(
        rest,
        parts.filter((_, other) => other !== at),
      ),
  )

function decisionsOfCommand(
  { verb, only, days, value }: Command,
  items: readonly BlockItem[],
  origin: Pick<Decision, 'place' | 'at' | 'by'>,
): readonly Decision[] {
  const matching = items.filter(({ key }) => matches(only, key.split(' ')))
  // A pin sets one value. If several items match, it is unclear which one is meant.
  if (verb === 'pin' && matching.length !== 1) return []
  return matching.map((item) => ({
    ...origin,
    kind: verb,
    item,
    ...(days === undefined ? {} : { until: later(origin.at, days) }),
    ...(value === undefined ? {} : { value }),
  }))
}

function decisionsOf({ pull, comments, marks, closedBy }: ReviewedPull): readonly Decision[] {
  const block = readBlock(pull.body)
  if (block === undefined) return []
  const { createdAt, closedAt = createdAt } = pull
  const place = `#${pull.number}`
  const all = (kind: Decision['kind'], at: string): readonly Decision[] =>
    block.items.map((item) => ({ kind, item, place, at, ...(block.until && { until: block.until }) }))
  const byMark = marks.flatMap(({ command, by, at }) =>
    decisionsOfCommand(command, block.items, { place, at, by }),
  )
  const byComment = comments.flatMap(({ author, body, at }) =>
    readCommands(body).flatMap((command) =>
      decisionsOfCommand(command, block.items, { place, at, by: author }),
    ),
  )
  const state =
    pull.state === 'open'
      ? all('proposed', createdAt)
      : pull.state === 'merged'
        ? all('merged', closedAt)
        : block.closed === undefined && closedBy !== undefined
          ? all('declined', closedAt)
          : []
  return [...state, ...byMark, ...byComment]
}

/** Returns the decisions about each value in all pull requests. */
export function collectDecisions(pulls: readonly ReviewedPull[]): DecisionLog {
  return byKey(pulls.flatMap(decisionsOf))
}

/**
 * Returns the decisions that need no forge: the values that commits of Tortoise set on the base branch. `newestFirst` are its
 * commits.
 */
export const decisionsInCommits = (newestFirst: readonly HistoryCommit[]): DecisionLog =>
  byKey(
    [...newestFirst].reverse().flatMap(({ id, at, changes }) =>
      changes.map(({ file, names, ...item }) => ({
        kind: 'merged' as const,
        item,
        place: id.slice(0, 10),
        at,
        ...(file === undefined ? {} : { edit: { file, names } }),
      })),
    ),
  )

/** A log with further decisions. */
export const withDecisions = (log: DecisionLog, more: readonly Decision[]): DecisionLog =>
  more.length === 0 ? log : byKey([...[...log.values()].flat(), ...more])

function byKey(all: readonly Decision[]): DecisionLog {
  const decisions = [...all].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const log = new Map<string, Decision[]>()
  for (const one of decisions) log.set(one.item.key, [...(log.get(one.item.key) ?? []), one])
  return log
}

/** The last decision of some kinds. Decisions before a retry do not count. */
export function lastDecision(
  decisions: readonly Decision[],
  kinds: readonly Decision['kind'][],
): Decision | undefined {
  const retried = decisions.findLastIndex(({ kind }) => kind === 'retry')
  return decisions.slice(retried + 1).findLast(({ kind }) => kinds.includes(kind))
}

/** Whether a reviewer requested a pull request for this value alone. */
export const isSplit = (log: DecisionLog, key: string): boolean =>
  lastDecision(log.get(key) ?? [], ['split']) !== undefined
