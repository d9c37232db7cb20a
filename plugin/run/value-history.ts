import fs from 'node:fs'
import type { Settings } from '../../config/schema.ts'
import { type HistoryCommit, readCommits } from '../deliver/git/read-commits.ts'
import { blobId } from '../deliver/git/tree.ts'
import { changeKey } from '../deliver/record/commit-message.ts'
import { parseChangeKey } from '../deliver/record/trailers.ts'
import { valueHistory } from '../deliver/value-history.ts'
import { openCommit } from '../io/commit-tree.ts'
import { isField } from '../model/field.ts'
import type { PastEdit } from '../model/past-edit.ts'
import { stop } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import { readValue } from '../model/value.ts'
import type { FieldHistory } from '../model/value-history.ts'
import { namespacedLabel, workloadLabel } from '../model/workload.ts'
import { editsOf } from '../plan/past-edits.ts'
import { type DeclaredField, declaredFields } from '../plan/render-sources.ts'
import type { ValueHistory } from '../report/value-history.ts'
import { type BaseBranch, findBaseBranch } from './base-branch.ts'
import type { Checkout } from './checkout.ts'
import type { RunPorts } from './host.ts'
import { openSources } from './open-sources.ts'

/** The workload whose history is read. */
export interface HistoryRequest {
  readonly checkout: Checkout
  readonly settings: Pick<Settings, 'sources' | 'programs' | 'deliver'>
  /** `[[CLUSTER/]NAMESPACE/]Kind/name`. */
  readonly label: string
  readonly container?: string | undefined
}

const maxCommits = 20_000

type KnownField = Omit<FieldHistory, 'events'>

const hasLabel = ({ cluster = '', workload }: KnownField, label: string): boolean => {
  const short = workloadLabel(workload)
  const long = namespacedLabel(workload)
  return [short, long, `${cluster}/${long}`].includes(label)
}

/** All fields by change key: those that the base branch renders, and those that only commits of Tortoise name. */
function knownFields(
  rendered: readonly DeclaredField[],
  commits: readonly HistoryCommit[],
): ReadonlyMap<string, KnownField> {
  const inCommits = commits.flatMap(({ changes }) =>
    changes.map(({ key }) => [key, parseChangeKey(key)] as const),
  )
  const changed = inCommits.filter((entry): entry is [string, KnownField] => entry[1] !== undefined)
  const current = rendered.map(({ renderedBy: _, ...one }): [string, KnownField] => {
    const { namespace, kind, name } = one.workload
    return [changeKey(one), { ...one, workload: { namespace, kind, name } }]
  })
  return new Map([...changed, ...current])
}

/**
 * Returns what happened to the values of a workload on the base branch: changes by Tortoise, reverts and manual edits.
 * Throws `usage` when neither the base branch nor its history has the workload.
 */
export async function historyOf(
  ports: Pick<RunPorts, 'env' | 'progress' | 'now'>,
  { checkout, settings, label, container }: HistoryRequest,
): Promise<ValueHistory> {
  const base = await findBaseBranch(checkout, settings.deliver.base)
  const { gitdir } = base
  const span = { ref: base.name, depth: maxCommits, now: ports.now() }
  const commits = await readCommits({ fs, gitdir, cache: {} }, span)
  const opened = await openSources(ports, { checkout, settings }, await openCommit(gitdir, base.id))
  const rendered = await declaredFields(opened.sources, { ...opened, progress: ports.progress })
  const all = knownFields(rendered, commits)
  const labelled = [...all].filter(([, one]) => hasLabel(one, label))
  const found = labelled.filter(([, one]) => container === undefined || one.container === container)
  if (found.length === 0) throw unknownWorkload(label, container, [...all.values()])
  const history = historyPorts(base, commits)
  const sources = new Map(rendered.map((one) => [changeKey(one), one.renderedBy]))
  const fields: FieldHistory[] = []
  for (const [key, one] of found) {
    const same = (left: string, right: string): boolean => left === right || sameValue(one.field, left, right)
    const source = sources.get(key)
    const isEditOf =
      source === undefined ? () => true : await editsOf(source, workloadsIn(source, rendered), opened)
    const isEdit = (edit: PastEdit): boolean => isEditOf(edit, one.workload)
    fields.push({ ...one, events: await valueHistory(key, one.now, { ...history, same, isEdit }) })
  }
  const shallow = fs.existsSync(`${gitdir}/shallow`)
  return { fields, complete: !shallow && commits.length < maxCommits }
}

const workloadsIn = (source: Source, rendered: readonly DeclaredField[]) =>
  rendered.flatMap(({ renderedBy, workload }) => (renderedBy === source ? [workload] : []))

function sameValue(field: string, left: string, right: string): boolean {
  if (!isField(field)) return false
  const [one, other] = [readValue(field, left), readValue(field, right)]
  return one !== undefined && one === other
}

function historyPorts({ gitdir }: BaseBranch, newestFirst: readonly HistoryCommit[]) {
  const repository = { fs, gitdir, cache: {} }
  const byId = new Map(newestFirst.map((commit) => [commit.id, commit]))
  // Anybody can write a path into a commit message. A path that cannot be in a tree counts as a missing file.
  const blobAt = (commit: HistoryCommit | undefined, file: string): Promise<string | undefined> =>
    commit === undefined
      ? Promise.resolve(undefined)
      : blobId(repository, commit.tree, file).catch(() => undefined)
  const touches = async (commit: HistoryCommit, file: string): Promise<boolean> =>
    commit.parents.length === 1 &&
    (await blobAt(commit, file)) !== (await blobAt(byId.get(commit.parents[0] ?? ''), file))
  return { commits: [...newestFirst].reverse(), touches }
}

function unknownWorkload(label: string, container: string | undefined, all: readonly KnownField[]) {
  const shown = container === undefined ? label : `${label} with a container ${container}`
  const names = [...new Set(all.map(({ workload }) => namespacedLabel(workload)))]
  return stop('usage', `neither the base branch nor its history has ${shown}`, {
    hint: `Known workloads: ${names.join(', ') || 'none'}.`,
  })
}
