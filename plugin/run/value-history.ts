import fs from 'node:fs'
import { type HistoryCommit, historyKey, readCommits } from '../deliver/git/read-commits.ts'
import { blobId } from '../deliver/git/tree.ts'
import { addressIn } from '../deliver/record/trailers.ts'
import { valueHistory } from '../deliver/value-history.ts'
import { isField } from '../model/field.ts'
import { stop } from '../model/problem.ts'
import { readValue } from '../model/value.ts'
import type { FieldHistory } from '../model/value-history.ts'
import { workloadLabel } from '../model/workload.ts'
import type { DeclaredField } from '../plan/plan.ts'
import type { ValueHistory } from '../report/value-history.ts'
import { type BaseBranch, baseOf } from './base-branch.ts'
import type { Host } from './host.ts'
import { fieldsOn } from './plan-repository.ts'

/** Which values are asked about. */
export interface HistoryRequest {
  /** `[[CLUSTER/]NAMESPACE/]Kind/name`. */
  readonly label: string
  readonly container?: string | undefined
}

/** Commits that are read at most. */
const mostCommits = 20_000

type Known = Omit<FieldHistory, 'events'>

const isCalled = ({ cluster = '', workload }: Known, label: string): boolean => {
  const short = workloadLabel(workload)
  const long = `${workload.namespace}/${short}`
  return [short, long, `${cluster}/${long}`].includes(label)
}

/** The values of the base branch by the words of their trailers: those it renders, and those that our commits name. */
function knownFields(
  rendered: readonly DeclaredField[],
  commits: readonly HistoryCommit[],
): ReadonlyMap<string, Known> {
  const past = commits.flatMap(({ changes }) => changes.map(({ key }) => [key, addressIn(key)] as const))
  const known = past.filter((entry): entry is [string, Known] => entry[1] !== undefined)
  const standing = rendered.map((one): [string, Known] => {
    const { namespace, kind, name } = one.workload
    return [historyKey(one), { ...one, workload: { namespace, kind, name } }]
  })
  return new Map([...known, ...standing])
}

/** Tells what happened to the values of a workload on the base branch: what we set, reverts, and edits of people. */
export async function historyOf(
  host: Host,
  request: Parameters<typeof baseOf>[0],
  { label, container }: HistoryRequest,
): Promise<ValueHistory> {
  const base = await baseOf(request)
  const commits = await readCommits(
    { fs, gitdir: base.gitdir, cache: {} },
    { ref: base.name, depth: mostCommits },
  )
  const all = knownFields(await fieldsOn(host, request, base), commits)
  const named = [...all].filter(([, one]) => isCalled(one, label))
  const found = named.filter(([, one]) => container === undefined || one.container === container)
  if (found.length === 0) throw unknown(label, container, [...all.values()])
  const ports = portsOf(base, commits)
  const fields: FieldHistory[] = []
  for (const [key, one] of found) {
    const same = (left: string, right: string): boolean => left === right || sameValue(one.field, left, right)
    fields.push({ ...one, events: await valueHistory(key, one.now, { ...ports, same }) })
  }
  const shallow = fs.existsSync(`${base.gitdir}/shallow`)
  return { fields, complete: !shallow && commits.length < mostCommits }
}

function sameValue(field: string, left: string, right: string): boolean {
  if (!isField(field)) return false
  const [one, other] = [readValue(field, left), readValue(field, right)]
  return one !== undefined && one === other
}

function portsOf({ gitdir }: BaseBranch, newestFirst: readonly HistoryCommit[]) {
  const repository = { fs, gitdir, cache: {} }
  const byId = new Map(newestFirst.map((commit) => [commit.id, commit]))
  // A path in a message is what somebody wrote there: one that cannot be in a tree is in none.
  const at = (commit: HistoryCommit | undefined, file: string): Promise<string | undefined> =>
    commit === undefined
      ? Promise.resolve(undefined)
      : blobId(repository, commit.tree, file).catch(() => undefined)
  const touches = async (commit: HistoryCommit, file: string): Promise<boolean> =>
    commit.parents.length === 1 &&
    (await at(commit, file)) !== (await at(byId.get(commit.parents[0] ?? ''), file))
  return { commits: [...newestFirst].reverse(), touches }
}

function unknown(label: string, container: string | undefined, all: readonly Known[]) {
  const what = container === undefined ? label : `${label} with a container ${container}`
  const names = [...new Set(all.map(({ workload }) => `${workload.namespace}/${workloadLabel(workload)}`))]
  return stop('usage', `neither the base branch nor its history has ${what}`, {
    hint: `Known are: ${names.join(', ') || 'no workloads'}.`,
  })
}
