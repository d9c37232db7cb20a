import type { ValueCommit, ValueEvent } from '../model/value-history.ts'
import type { HistoryCommit } from './git/read-commits.ts'
import type { TrailedChange } from './record/trailers.ts'

/** What telling the past of a value needs. */
export interface HistoryPorts {
  /** Of the base branch, oldest first. */
  readonly commits: readonly HistoryCommit[]
  /** Whether a commit changed a file. */
  readonly touches: (commit: HistoryCommit, file: string) => Promise<boolean>
  /** Whether two texts are the same value. */
  readonly same: (left: string, right: string) => boolean
}

interface Setting {
  readonly change: TrailedChange
  readonly commit: HistoryCommit
  readonly index: number
}

const subjectOf = ({ message }: HistoryCommit): string => message.split('\n', 1)[0] ?? ''

/** The number that GitHub puts behind the subject of a squashed commit, or into the merge commit above it. */
function pullOf(commit: HistoryCommit, commits: readonly HistoryCommit[]): number | undefined {
  const merge = commits.find(({ parents }) => parents.length > 1 && parents.slice(1).includes(commit.id))
  const text =
    / \(#(\d+)\)$/.exec(subjectOf(commit)) ?? /^Merge pull request #(\d+) /.exec(merge?.message ?? '')
  return text?.[1] === undefined ? undefined : Number(text[1])
}

function named(commit: HistoryCommit, commits: readonly HistoryCommit[]): ValueCommit {
  const pull = pullOf(commit, commits)
  const { id, at, by } = commit
  return { id, at, by, subject: subjectOf(commit), ...(pull === undefined ? {} : { pull }) }
}

const settingsOf = (key: string, commits: readonly HistoryCommit[]): readonly Setting[] =>
  commits.flatMap((commit, index) =>
    commit.changes.filter((change) => change.key === key).map((change) => ({ change, commit, index })),
  )

/** Whether a commit says that it takes another back, as Git and GitHub write it. */
const takesBack = (later: HistoryCommit, earlier: HistoryCommit): boolean =>
  later.message.includes(`This reverts commit ${earlier.id}`) ||
  subjectOf(later).startsWith(`Revert "${subjectOf(earlier)}"`)

/** Tells what happened to one value: what we set, and what people did to it in between and after. */
export async function valueHistory(
  key: string,
  now: string | undefined,
  ports: HistoryPorts,
): Promise<readonly ValueEvent[]> {
  const settings = settingsOf(key, ports.commits)
  const events: ValueEvent[] = []
  for (const [nth, setting] of settings.entries()) {
    const { change, commit } = setting
    const { from, to, rules, evidence, file } = change
    events.push({
      kind: 'set',
      from,
      to,
      rules,
      commit: named(commit, ports.commits),
      ...(evidence === undefined ? {} : { evidence }),
      ...(file === undefined ? {} : { file }),
    })
    const next = settings[nth + 1]
    const then = next === undefined ? now : next.change.from
    const between = ports.commits.slice(setting.index + 1, next?.index ?? ports.commits.length)
    if (then !== undefined) events.push(...(await byPeople(setting, { then, between }, ports)))
  }
  return events
}

interface Meanwhile {
  /** The value that was found afterwards. */
  readonly then: string
  readonly between: readonly HistoryCommit[]
}

async function byPeople(
  { change, commit }: Setting,
  { then, between }: Meanwhile,
  ports: HistoryPorts,
): Promise<readonly ValueEvent[]> {
  const { from: before, to: ours } = change
  if (ports.same(ours, then)) return []
  const revert = between.findIndex((later) => takesBack(later, commit))
  const reverting = between[revert]
  if (reverting !== undefined) {
    const taken: ValueEvent = event('reverted', ours, before, { commit: named(reverting, ports.commits) })
    const rest = between.slice(revert + 1)
    return ports.same(before, then)
      ? [taken]
      : [taken, await edited({ from: before, then }, change, { rest, ports })]
  }
  const made = await edited({ from: ours, then }, change, { rest: between, ports })
  return [ports.same(before, then) ? { ...made, kind: 'reverted' } : made]
}

const event = (
  kind: ValueEvent['kind'],
  from: string,
  to: string,
  more: Pick<ValueEvent, 'commit' | 'among'>,
): ValueEvent => ({ kind, from, to, rules: [], ...more })

/** Names the commit that edited a value: one that touched its file and is not ours. */
async function edited(
  { from, then }: { readonly from: string; readonly then: string },
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
  return event('edited', from, then, {
    ...(last === undefined ? {} : { commit: named(last, ports.commits) }),
    ...(touching.length > 1 ? { among: touching.length } : {}),
  })
}
