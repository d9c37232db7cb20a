import fs from 'node:fs'
import { basename } from 'node:path'
import type { Settings } from '../../config/schema.ts'
import { type EditSearch, personEdits } from '../deliver/git/person-edits.ts'
import type { HistoryCommit } from '../deliver/git/read-commits.ts'
import { type Decision, type DecisionLog, decisionsInCommits } from '../deliver/pulls/decisions.ts'
import { changeKey } from '../deliver/record/commit-message.ts'
import { parseChangeKey } from '../deliver/record/trailers.ts'
import type { FindPersonEdit } from '../model/person-edit.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Progress } from '../model/progress.ts'
import type { RepositoryView } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'
import type { Graduation } from '../plan/graduate.ts'
import type { HasHistory } from '../plan/past-edits.ts'
import { plan } from '../plan/plan.ts'
import type { Decide, PlanRequest } from '../plan/plan-request.ts'
import type { PlanPorts } from '../plan/render-sources.ts'
import type { Checkout } from './checkout.ts'
import { decideBy } from './deliver/decide.ts'
import { earnedDelivery, reviewByDelivery } from './deliver/delivery-rules.ts'
import { ownersOf } from './deliver/forge-state.ts'
import { eventsNow } from './events-now.ts'
import { hasHistoryGap } from './history-gap.ts'
import type { RunPorts } from './host.ts'
import type { ObservedUsage } from './observe/request.ts'
import { openSources } from './open-sources.ts'
import { daysSinceChange, type PastValuesOf, pastValuesIn } from './past-values.ts'
import { recentCommits } from './recent-commits.ts'
import { fetchRenderings } from './stored-renderings.ts'
import { warnOfNoScaledObject, warnOfUnmatched } from './unused-settings.ts'

/** What identifies a repository on any machine, where that is known. */
const nameOf = ({ root }: Checkout, { deliver }: Pick<Settings, 'deliver'>): string =>
  deliver.remote?.url ?? deliver.github?.repository ?? basename(root)

/** Whether a workload is part of a run. */
export type WorkloadFilter = NonNullable<PlanRequest['isSelected']>

/** The repository, the settings and the usage that a plan is computed from. */
export interface PlanInputs extends ObservedUsage {
  readonly checkout: Checkout
  readonly settings: Pick<
    Settings,
    | 'sources'
    | 'programs'
    | 'sandbox'
    | 'charts'
    | 'storage'
    | 'recommend'
    | 'health'
    | 'events'
    | 'rules'
    | 'prices'
    | 'edit'
    | 'deliver'
  >
  readonly isSelected?: WorkloadFilter
  /** Whether the plan lists every workload with its figures. */
  readonly withFleet?: boolean
  /** Proposes only what waits for nothing: what takes back harm, answers OOM kills, or ends emergencies. */
  readonly onlyUrgent?: boolean
  /** Decides in place of the profile; then neither reviewers' decisions nor what people set hold a value. */
  readonly decide?: (past: PastValuesOf) => Decide
  /** The job that plans, where several share a plan. */
  readonly job?: string
}

/** The files to plan on. */
export interface PlanBase {
  readonly view: RepositoryView
  /** The ref whose commits are read for earlier changes of Tortoise. */
  readonly ref: string
  /** Reviewers' decisions on the forge, and how changes are grouped into pull requests. Absent without a forge. */
  readonly forge?: Pick<PlanRequest, 'review' | 'scopeOf'> & { readonly decisions: DecisionLog }
}

/** The commits in which earlier changes of Tortoise are looked up, also for as long as its pull requests are remembered; none without Git. */
async function commitsOf(
  { checkout: { gitdir }, settings: { deliver } }: Pick<PlanInputs, 'checkout' | 'settings'>,
  ref: string,
  now: Date,
): Promise<readonly HistoryCommit[]> {
  if (gitdir === undefined) return []
  return recentCommits({ gitdir, ref, now }, deliver.pullRequests.rememberDays)
}

/** How workloads earn a delivery with less review. */
const graduationOf = ({ rules, deliver }: Pick<Settings, 'rules' | 'deliver'>): Graduation => {
  const { mode, graduate, pullRequests } = deliver
  const { after, upTo } = graduate
  const { autoMerge } = pullRequests
  return { after, deliveryAfter: earnedDelivery({ rules, mode }, { upTo, autoMerge }) }
}

const mergeMs = 600_000

/** Whether an edit is the commit that a forge made of a pull request of Tortoise, with a message of its own. */
const isMerge = (decisions: readonly Decision[], edit: { readonly at: string }): boolean =>
  decisions.some(
    ({ kind, at }) => kind === 'merged' && Math.abs(Date.parse(at) - Date.parse(edit.at)) < mergeMs,
  )

/** Finds who changed a value lately; `undefined` outside a Git repository. */
function editsByPeople(
  { checkout: { gitdir }, settings: { recommend } }: Pick<PlanInputs, 'checkout' | 'settings'>,
  search: Omit<EditSearch, 'since'>,
  decisions: DecisionLog = new Map(),
): FindPersonEdit | undefined {
  if (gitdir === undefined) return undefined
  const since = new Date(search.now.getTime() - recommend.holdDays * 86_400_000)
  const find = personEdits({ fs, gitdir, cache: {} }, { ...search, since })
  return async (site, key) => {
    const edit = await find(site, key)
    const retried = decisions.get(key)?.findLast(({ kind }) => kind === 'retry')
    if (edit !== undefined && isMerge(decisions.get(key) ?? [], edit)) return undefined
    // Who asked for the value again does not want the one held that is there.
    return edit !== undefined && retried !== undefined && retried.at > edit.at ? undefined : edit
  }
}

/** Returns whether commits or merged pull requests of Tortoise changed values of a workload. */
function inHistory(commits: readonly HistoryCommit[], merged: DecisionLog): HasHistory {
  const inCommits = commits.flatMap(({ changes }) => changes.map(({ key }) => key))
  const changed = new Set(
    [...inCommits, ...merged.keys()].flatMap((key) => {
      const { cluster = '', workload } = parseChangeKey(key) ?? {}
      return workload === undefined ? [] : [`${cluster}/${workloadKey(workload)}`]
    }),
  )
  return ({ workload }, cluster = '') => changed.has(`${cluster}/${workloadKey(workload)}`)
}

/** Notes the commits that name changes which they do not make. */
function noteUnproved(commits: readonly HistoryCommit[], progress: Progress): void {
  const naming = commits.filter(({ unproved }) => unproved > 0)
  const [newest] = naming
  if (newest === undefined) return
  const named = plural(
    naming.reduce((sum, { unproved }) => sum + unproved, 0),
    'change',
  )
  const message = `${named} named by ${plural(naming.length, 'commit message')} do not count, because those commits do not make them (newest: ${newest.id.slice(0, 10)})`
  progress({ kind: 'note', message })
}

/** A plan that is ready to be computed. */
export interface OpenedPlan {
  readonly request: PlanRequest
  readonly ports: PlanPorts
  /** What the plan says of the run itself, once it is computed. */
  readonly details: () => Required<Pick<Plan, 'usage' | 'sandbox' | 'fetched'>>
  /** Keeps what was rendered for the next run; call it once the plan is computed. */
  readonly keep: () => Promise<void>
}

/**
 * Plans on the files of a view. Without a forge, earlier decisions are read from the commits of `ref`. Throws
 * `settings.missing` when the settings list no sources.
 */
export async function planRepository(
  ports: Pick<RunPorts, 'env' | 'progress' | 'now'>,
  inputs: PlanInputs,
  base: PlanBase,
): Promise<Plan> {
  const opened = await openPlan(ports, inputs, base)
  const planned = await plan(opened.request, opened.ports)
  await opened.keep()
  const { settings, isSelected, onlyUrgent, decide } = inputs
  if (!(isSelected ?? onlyUrgent ?? decide)) {
    warnOfUnmatched(eventsNow(settings.events, ports.now()), planned, ports.progress)
    warnOfNoScaledObject(settings, planned, ports.progress)
  }
  const owners = inputs.withFleet ? await ownersOf(base.view) : undefined
  return { ...planned, ...(owners && { owners }), ...opened.details() }
}

/** Opens the sources and the history of a view for a plan. Throws `settings.missing` when the settings list no sources. */
export async function openPlan(
  ports: Pick<RunPorts, 'env' | 'progress' | 'now'>,
  {
    checkout,
    settings,
    observations,
    readings,
    isSelected,
    withFleet,
    onlyUrgent,
    decide,
    declarations = [],
    measure,
    job = 'whole',
  }: PlanInputs,
  { view: base, ref, forge }: PlanBase,
): Promise<OpenedPlan> {
  const keep = await fetchRenderings(ports, { settings, repository: nameOf(checkout, settings), job })
  const { profile, ...options } = settings.recommend
  const { health, rules, prices, edit, deliver } = settings
  const opened = await openSources(ports, { checkout, settings, live: declarations }, base)
  const { sources, renderer, view, describeSandbox, fetched } = opened
  const now = ports.now()
  const commits = await commitsOf({ checkout, settings }, ref, now)
  noteUnproved(commits, ports.progress)
  const isHistoryCut = hasHistoryGap(checkout.gitdir, commits, ports.progress)
  const decideByCommits = decideBy(decisionsInCommits(commits), { ...deliver.pullRequests, now })
  const merged = forge?.decisions ?? new Map()
  const pastValues = pastValuesIn(commits, merged, now)
  const personEdit =
    decide === undefined
      ? editsByPeople({ checkout, settings }, { ref, now, ours: commits }, forge?.decisions)
      : undefined
  const request = {
    sources,
    observations,
    recommend: {
      profile,
      options,
      rules,
      lastChange: daysSinceChange(pastValues),
      pastValues,
      health,
      events: eventsNow(settings.events, now),
    },
    hasHistory: inHistory(commits, merged),
    hold: {
      personEdit,
      holdDays: options.holdDays,
      keyOf: changeKey,
    },
    prices,
    // A line that several clusters share would change those that wait, and those that nobody named.
    allowShared: edit.allowShared && decide === undefined && deliver.waves.order.length === 0,
    allowTemplates: edit.allowTemplates,
    copyLists: edit.copyLists,
    ...(decide === undefined
      ? {
          ...reviewByDelivery({ rules, mode: deliver.mode }, decideByCommits, forge),
          waves: { ...deliver.waves, isHistoryCut },
          budget: deliver.budget,
          ...(deliver.graduate.enabled && { graduation: graduationOf({ rules, deliver }) }),
        }
      : { decide: decide(pastValues) }),
    ...(isSelected && { isSelected }),
    ...(withFleet && { withFleet }),
    ...(onlyUrgent && { onlyUrgent }),
    ...(measure && { measure }),
  }
  return {
    request,
    ports: { view, renderer, progress: ports.progress },
    details: () => ({ usage: readings, sandbox: describeSandbox(), fetched: fetched() }),
    keep,
  }
}
