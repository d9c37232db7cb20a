import fs from 'node:fs'
import { type HistoryCommit, type PastChange, pastChanges } from '../../deliver/git/read-commits.ts'
import { stillMade } from '../../deliver/git/still-made.ts'
import { parseChangeKey } from '../../deliver/record/trailers.ts'
import { treeOf } from '../../io/commit-tree.ts'
import type { ActiveEmergency } from '../../model/emergency.ts'
import { isField } from '../../model/field.ts'
import { isOfEvent } from '../../recommend/command-rules.ts'
import { beginOf } from '../../recommend/emergency.ts'
import { findBaseBranch } from '../base-branch.ts'
import { hasHistoryGap } from '../history-gap.ts'
import type { RunPorts } from '../host.ts'
import { recentCommits } from '../recent-commits.ts'
import type { EmergencyRequest } from './command.ts'
import { waitingBranches } from './waiting-branches.ts'

/**
 * The values in emergencies, the newest first: of those that commits of the base branch began in the last 90 days, those that are on and those
 * that go down; then those of branches that wait for a merge.
 */
export async function listEmergencies(
  ports: RunPorts,
  { checkout, settings }: Pick<EmergencyRequest, 'checkout' | 'settings'>,
): Promise<readonly ActiveEmergency[]> {
  const base = await findBaseBranch(checkout, settings.deliver.base)
  const { gitdir, name: ref, id } = base
  const now = ports.now()
  const commits = await recentCommits({ gitdir, ref, now })
  hasHistoryGap(gitdir, commits, ports.progress)
  const begun = [...pastChanges(commits)].flatMap(([key, edits]) => stateOf(key, edits, now) ?? [])
  const isSet = await stillSet(gitdir, commits, await treeOf(gitdir, id))
  const known = await Promise.all(
    begun.map(async (one) => (one.value.state === 'on' || (await isSet(one)) ? [one.value] : [])),
  )
  const waiting = await waitingBranches(ports, { settings, base, commits })
  return [...known.flat(), ...waiting.flatMap((one) => waitingValues(one, now))]
}

interface Begun {
  readonly key: string
  readonly newest: PastChange
  readonly value: ActiveEmergency
}

/** What became of the last emergency of a value; `undefined` without one, or when the value is what it was before. */
function stateOf(key: string, edits: readonly PastChange[], now: Date): Begun | undefined {
  const address = parseChangeKey(key)
  const [newest] = edits
  const first = address && isField(address.field) ? beginOf(address.field, edits) : undefined
  const last = edits.find(({ until }) => until !== undefined)
  if (address === undefined || newest === undefined || last?.until === undefined || first === undefined)
    return undefined
  const { to, at, commit } = newest
  const { until } = last
  const known = { ...address, to, until }
  if (edits.find((one) => !isOfEvent(one)) === last && Date.parse(until) > now.getTime())
    return { key, newest, value: { state: 'on', ...known, from: newest.from, at, commit } }
  return { key, newest, value: { state: 'ending', ...known, from: first.from, at, commit } }
}

/** Returns whether the base branch still has a value as its last commit left it, so that no person set another. */
async function stillSet(gitdir: string, commits: readonly HistoryCommit[], tree: string) {
  const byId = new Map(commits.map((one) => [one.id, one]))
  return async ({ key, newest }: Begun): Promise<boolean> => {
    const commit = byId.get(newest.commit)
    if (commit === undefined) return false
    const made = await stillMade({ fs, gitdir, cache: {} }, commit, tree)
    return made.some((one) => one.key === key)
  }
}

const waitingValues = (
  { branch, id: commit, at, until, values }: Awaited<ReturnType<typeof waitingBranches>>[number],
  now: Date,
): readonly ActiveEmergency[] =>
  Date.parse(until) <= now.getTime()
    ? []
    : values.map((value) => ({ state: 'waiting', branch, ...value, at, commit, until }))
