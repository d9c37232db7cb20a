import fs from 'node:fs'
import type { Settings } from '../../config/schema.ts'
import { createRenderer } from '../../renderers/renderers.ts'
import { type HistoryCommit, historyKey, lastChanges, readCommits } from '../deliver/git/read-commits.ts'
import { decisionsInCommits } from '../deliver/pulls/decisions.ts'
import { openCommit } from '../io/commit-tree.ts'
import { createPrograms } from '../io/programs.ts'
import { openWorkTree } from '../io/work-tree.ts'
import type { BacktestReport } from '../model/backtest.ts'
import type { Observation } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { stop } from '../model/problem.ts'
import type { UsageReading } from '../model/reading.ts'
import type { RepositoryView, Source } from '../model/source.ts'
import { withOverlays } from '../plan/overlay-renderer.ts'
import type { PlanRequest } from '../plan/plan.ts'
import { type DeclaredField, declaredAndSeen, declaredFields, plan } from '../plan/plan.ts'
import { backtestAll, type Walk } from '../recommend/backtest.ts'
import type { ProfileName } from '../recommend/profiles/profiles.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'
import type { IdentifyPorts } from '../trace/sources/identify.ts'
import { identifySources } from '../trace/sources/identify.ts'
import type { BaseBranch } from './base-branch.ts'
import type { Checkout } from './checkout.ts'
import { reviewByDelivery } from './deliver/delivery-rules.ts'
import { reviewBy } from './deliver/forge-state.ts'
import type { Host } from './host.ts'

/** What one pass is made of. */
export interface RunRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly observations: readonly Observation[]
  /** Where they come from, and what that took. */
  readonly readings?: readonly UsageReading[]
  /** Which workloads are asked about; all where left out. */
  readonly isAsked?: PlanRequest['isAsked']
}

/** Plans on the files as they stand on disk. */
export async function planWorkTree(host: Host, request: RunRequest): Promise<Plan> {
  return planRepository(host, request, { view: openWorkTree(request.checkout.root), ref: 'HEAD' })
}

/** Every value that the base branch renders, as far as its sources render here. */
export async function fieldsOn(
  host: Host,
  { checkout, settings }: Pick<RunRequest, 'checkout' | 'settings'>,
  { gitdir, id }: BaseBranch,
): Promise<readonly DeclaredField[]> {
  const view = await openCommit(gitdir, id)
  const renderer = rendererFor(host, settings, checkout)
  return declaredFields(await sourcesOf(settings, { view, renderer }), {
    view,
    renderer,
    progress: host.progress,
  })
}

/** What a plan stands on. */
export interface Ground {
  readonly view: RepositoryView
  /** The branch whose history tells what was changed lately. */
  readonly ref: string
  /** What people decided on the forge, and what shares a pull request. */
  readonly decided?: Pick<PlanRequest, 'review' | 'scopeOf'>
}

/** Commits of the base branch that are looked through for our own. */
const mostCommits = 500

async function commitsOn(
  host: Host,
  { checkout: { gitdir }, settings }: Pick<RunRequest, 'checkout' | 'settings'>,
  ref: string,
): Promise<readonly HistoryCommit[]> {
  if (gitdir === undefined) return []
  const days = Math.max(90, settings.deliver.pullRequests.rememberDays)
  const since = new Date(host.now().getTime() - days * 86_400_000)
  return readCommits({ fs, gitdir }, { ref, since, depth: mostCommits })
}

/** Plans on a view. Without a forge, decisions are read from the commits of the branch. */
export async function planRepository(
  host: Host,
  { checkout, settings, observations, readings: usage, isAsked }: RunRequest,
  { view, ref, decided }: Ground,
): Promise<Plan> {
  const { profile, ...options } = settings.recommend
  const renderer = rendererFor(host, settings, checkout)
  const sources = await sourcesOf(settings, { view, renderer })
  const commits = await commitsOn(host, { checkout, settings }, ref)
  const history = lastChanges(commits)
  const lastChange: RecommendSettings['lastChange'] = (address, time) => {
    const changed = history.get(historyKey(address))
    return changed === undefined ? undefined : (Date.parse(time) - Date.parse(changed)) / 86_400_000
  }
  const recommend = { profile, options, rules: settings.rules, lastChange }
  const remembered = { ...settings.deliver.pullRequests, now: host.now() }
  const own = reviewByDelivery(settings, reviewBy(decisionsInCommits(commits), remembered), decided)
  const { prices } = settings
  const { allowShared } = settings.edit
  const asked = {
    sources,
    observations,
    recommend,
    prices,
    allowShared,
    ...own,
    ...(isAsked && { isAsked }),
  }
  const planned = await plan(asked, { view, renderer, progress: host.progress })
  return usage === undefined ? planned : { ...planned, usage }
}

/** Replays history under profiles, on the files as they stand on disk. */
export async function backtestWorkTree(
  host: Host,
  { checkout, settings, observations }: RunRequest,
  request: { readonly walk: Walk; readonly profiles: readonly ProfileName[] },
): Promise<BacktestReport> {
  const view = openWorkTree(checkout.root)
  const renderer = rendererFor(host, settings, checkout)
  const sources = await sourcesOf(settings, { view, renderer })
  const ports = { view, renderer, progress: host.progress }
  const workloads = await declaredAndSeen({ sources, observations }, ports)
  const { profile: _, ...options } = settings.recommend
  const own = { options, rules: settings.rules, guarded: true, lastChange: () => undefined }
  const profiles = Object.fromEntries(request.profiles.map((profile) => [profile, { ...own, profile }]))
  host.progress({ kind: 'stage', stage: 'backtest', detail: plural(workloads.length, 'workload') })
  return backtestAll(workloads, { walk: request.walk, prices: settings.prices, profiles })
}

const rendererFor = (host: Host, { programs }: Settings, { root }: Checkout) =>
  withOverlays(createRenderer({ programs: createPrograms(programs, host.env['PATH'] ?? '', root) }))

async function sourcesOf({ sources }: Settings, ports: IdentifyPorts): Promise<readonly Source[]> {
  if (sources.length === 0) {
    throw stop('settings.missing', 'tortoise.yaml names no sources, so there is nothing to right-size', {
      hint: 'Add them:\n    sources:\n      - path: apps/overlays/prod\n        namespace: shop',
    })
  }
  return identifySources(sources, ports)
}
