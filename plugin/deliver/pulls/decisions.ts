import { isField } from '../../model/field.ts'
import { readValue } from '../../model/value.ts'
import type { Comment, Pull } from '../forges/forge.ts'
import type { HistoryCommit } from '../git/read-commits.ts'
import { type Item, readBlock } from '../record/hidden-block.ts'
import { plainWord } from '../record/trailers.ts'
import { type Command, readBoxes, readCommands, readLabels } from './commands.ts'

/** Something that was decided about one value, by whom and when. */
export interface Decision {
  readonly kind: 'proposed' | 'merged' | 'declined' | 'snooze' | 'pin' | 'ignore' | 'split' | 'retry'
  readonly item: Item
  /** The pull request or commit it was decided in: `#12`, `1a2b3c4d5e`. */
  readonly place: string
  /** ISO 8601. */
  readonly at: string
  readonly by?: string
  readonly until?: string
  readonly value?: string
}

/** A pull request with what was said by those who may push. */
export interface CommentedPull {
  readonly pull: Pull
  readonly comments: readonly Comment[]
}

/** All that was decided, oldest first, by the key of the value. */
export type DecisionLog = ReadonlyMap<string, readonly Decision[]>

const day = 86_400_000
const later = (at: string, days: number): string => new Date(Date.parse(at) + days * day).toISOString()

/**
 * Whether words, `Deployment/api` or `requests.cpu` for example, are about an item. Each is a part of its own:
 * a container is often called as its workload.
 */
const concerns = ([word, ...rest]: readonly string[], parts: readonly string[]): boolean =>
  word === undefined ||
  parts.some(
    (part, at) =>
      (part === word || part.endsWith(`/${word}`)) &&
      concerns(
        rest,
        parts.filter((_, other) => other !== at),
      ),
  )

function commanded(
  { verb, only, days, value }: Command,
  items: readonly Item[],
  said: Pick<Decision, 'place' | 'at' | 'by'>,
): readonly Decision[] {
  const meant = items.filter(({ key }) => concerns(only, key.split(' ')))
  // A pin is one value: for several it would be a guess.
  if (verb === 'pin' && meant.length !== 1) return []
  return meant.map((item) => ({
    ...said,
    kind: verb,
    item,
    ...(days === undefined ? {} : { until: later(said.at, days) }),
    ...(value === undefined ? {} : { value }),
  }))
}

function decisionsOf({ pull, comments }: CommentedPull, now: Date): readonly Decision[] {
  const block = readBlock(pull.body)
  if (block === undefined) return []
  const { createdAt, closedAt = createdAt } = pull
  const place = `#${pull.number}`
  const all = (kind: Decision['kind'], at: string): readonly Decision[] =>
    block.items.map((item) => ({ kind, item, place, at }))
  // When a mark was set is not known: it holds from now on, and from its closing on once it is closed.
  const seen = pull.state === 'open' ? now.toISOString() : closedAt
  const marked = [...readLabels(pull.labels), ...readBoxes(pull.body)].flatMap((command) =>
    commanded(command, block.items, { place, at: seen, by: 'a label or box' }),
  )
  const said = comments.flatMap(({ author, body, at }) =>
    readCommands(body).flatMap((command) => commanded(command, block.items, { place, at, by: author })),
  )
  const state =
    pull.state === 'open'
      ? all('proposed', createdAt)
      : pull.state === 'merged'
        ? all('merged', closedAt)
        : block.closed === undefined
          ? all('declined', closedAt)
          : []
  return [...state, ...marked, ...said]
}

/** Gathers what was decided about each value over all pull requests. */
export function collectDecisions(heard: readonly CommentedPull[], now: Date): DecisionLog {
  return byKey(heard.flatMap((one) => decisionsOf(one, now)))
}

/** What the base branch itself tells where no forge is asked: the values that our commits set there. */
export const decisionsInCommits = (commits: readonly HistoryCommit[]): DecisionLog =>
  byKey(
    commits.flatMap(({ id, at, changes }) =>
      changes.map((item) => ({ kind: 'merged' as const, item, place: id.slice(0, 10), at })),
    ),
  )

function byKey(all: readonly Decision[]): DecisionLog {
  const decisions = [...all].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const memory = new Map<string, Decision[]>()
  for (const one of decisions) memory.set(one.item.key, [...(memory.get(one.item.key) ?? []), one])
  return memory
}

/** How far decisions reach. */
export interface DecisionRules {
  /** A declined value is proposed again when it moves by more than this, in percent. */
  readonly reconsider: number
  /** A value of an open pull request is left as it is while it would move by less than this, in percent. */
  readonly settle: number
  /** Days that a merge binds those who edit after it. */
  readonly rememberDays: number
  readonly now: Date
}

/** What is wanted for a value: its key, and from and to in the unit of its field. */
export interface Wanted {
  readonly key: string
  readonly from: number
  readonly to: number
}

/** Go on with a value, or leave the field alone and say why. */
export type Verdict = { readonly to: number } | { readonly reason: string }

/** The last decision of some kinds, unless a retry came after it. */
function last(decisions: readonly Decision[], kinds: readonly Decision['kind'][]): Decision | undefined {
  const retried = decisions.findLastIndex(({ kind }) => kind === 'retry')
  return decisions.slice(retried + 1).findLast(({ kind }) => kinds.includes(kind))
}

const numberOf = (key: string, text: string): number | undefined => {
  const field = key.split(' ')[2] ?? ''
  return isField(field) ? readValue(field, plainWord(text)) : undefined
}

const within = (a: number, b: number | undefined, percent: number): boolean =>
  b !== undefined && b !== 0 && Math.abs(a / b - 1) * 100 <= percent

/** What people decided about one value, applied to what is wanted for it now. */
export function judgeChange(memory: DecisionLog, wanted: Wanted, rules: DecisionRules): Verdict {
  const decisions = memory.get(wanted.key) ?? []
  return held(decisions, wanted, rules) ?? bounded(decisions, wanted, rules)
}

function held(decisions: readonly Decision[], wanted: Wanted, rules: DecisionRules): Verdict | undefined {
  const stop = last(decisions, ['ignore', 'snooze', 'pin', 'declined'])
  if (stop === undefined) return undefined
  const by = stop.by === undefined ? `in ${stop.place}` : `by ${stop.by} in ${stop.place}`
  switch (stop.kind) {
    case 'ignore':
      return { reason: `ignored ${by}` }
    case 'snooze':
      return Date.parse(stop.until ?? '') > rules.now.getTime()
        ? { reason: `snoozed until ${stop.until?.slice(0, 10)} ${by}` }
        : undefined
    case 'pin': {
      const to = numberOf(wanted.key, stop.value ?? '')
      if (to === undefined) return undefined
      return to === wanted.from ? { reason: `pinned at ${stop.value} ${by}` } : { to }
    }
    default:
      return within(wanted.to, numberOf(wanted.key, stop.item.to), rules.reconsider)
        ? { reason: `declined at ${stop.item.to}: ${stop.place} was closed` }
        : undefined
  }
}

/** The same change made twice already, whoever changed it back: a third one would be a loop. */
function looped(decisions: readonly Decision[], wanted: Wanted, rules: DecisionRules): Verdict | undefined {
  const since = rules.now.getTime() - rules.rememberDays * day
  const retried = decisions.findLastIndex(({ kind }) => kind === 'retry')
  const same = decisions
    .slice(retried + 1)
    .filter(
      ({ kind, at, item }) =>
        kind === 'merged' &&
        Date.parse(at) >= since &&
        numberOf(wanted.key, item.from) === wanted.from &&
        within(wanted.to, numberOf(wanted.key, item.to), rules.settle),
    )
  const [first] = same
  return first === undefined || same.length < 2
    ? undefined
    : {
        reason: `flips: set so ${same.length} times since ${first.at.slice(0, 10)}, and changed back each time`,
      }
}

/** A person's edit of a value that we wrote bounds it; a small move of what is open already is none. */
function bounded(decisions: readonly Decision[], wanted: Wanted, rules: DecisionRules): Verdict {
  const before = last(decisions, ['merged', 'proposed'])
  const ours = before && numberOf(wanted.key, before.item.to)
  if (before === undefined || ours === undefined) return { to: wanted.to }
  const loop = looped(decisions, wanted, rules)
  if (loop !== undefined) return loop
  if (before.kind === 'proposed') return { to: within(wanted.to, ours, rules.settle) ? ours : wanted.to }
  const flips = decisions.filter(({ kind, item }) => kind === 'merged' && item.to === before.item.to).length
  const expired = Date.parse(before.at) + rules.rememberDays * day < rules.now.getTime()
  if (ours === wanted.from || expired) return { to: wanted.to }
  const was = numberOf(wanted.key, before.item.from)
  const [lower, again] = [ours < wanted.from, within(wanted.to, ours, rules.reconsider)]
  if (was === wanted.from)
    return again ? { reason: `reverted by a person after ${before.place}` } : { to: wanted.to }
  if (again && flips > 1)
    return { reason: `flips: ${before.place} set it so before, and it was changed back` }
  const to = lower ? Math.max(wanted.to, wanted.from) : Math.min(wanted.to, wanted.from)
  return to === wanted.from ? { reason: `set by a person after ${before.place}` } : { to }
}

/** Whether an item was asked to have a pull request of its own. */
export const isSplit = (memory: DecisionLog, key: string): boolean =>
  last(memory.get(key) ?? [], ['split']) !== undefined
