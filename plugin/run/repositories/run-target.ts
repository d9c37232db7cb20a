import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RepositoryTarget } from '../../../config/repositories.ts'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { branchOf } from '../../deliver/pulls/scope.ts'
import { treeOf } from '../../io/commit-tree.ts'
import { stop } from '../../model/problem.ts'
import { repositoryName } from '../../model/repository.ts'
import { headOf } from '../base-branch.ts'
import type { RunPorts } from '../host.ts'
import { refreshMirror } from '../mirror.ts'
import type { ObserveUsage } from '../observe/observe.ts'
import type { ObserveFlags } from '../observe/request.ts'
import { type Onboarding, onboard } from '../onboard/onboard.ts'
import { type RunReport, run } from '../run.ts'
import { runUrgent } from '../run-urgent.ts'
import { fileAtCommit } from '../settings-at-commit.ts'
import { operatorOnly, type TargetContext, targetSettings } from './target-settings.ts'

/** What the runs on all targets share. */
export interface RunContext extends TargetContext {
  readonly usage: ObserveFlags
  readonly observe: ObserveUsage
  /** Directory of the bare clones, one for each repository. */
  readonly directory: string
  /** `urgent`: only what looks after merged changes. Everything when left out. */
  readonly only?: 'urgent' | undefined
  /** Whether the plans list every workload with its figures. */
  readonly withFleet?: boolean
  /** All targets of the run. */
  readonly targets: readonly RepositoryTarget[]
}

/** How the run on one target ended, without what failed. */
export type TargetOutcome =
  | { readonly report: RunReport }
  | { readonly onboarding: Onboarding }
  /** Why there was nothing to do, as a clause. */
  | { readonly skipped: string }

/**
 * Fetches one branch of one repository, and runs with the settings in it. Without settings it is onboarded, where the
 * operator wants that; otherwise a listed branch throws `settings.missing`, and a discovered one is skipped.
 */
export async function runTarget(
  ports: RunPorts,
  context: RunContext,
  target: RepositoryTarget,
): Promise<TargetOutcome> {
  const root = join(context.directory, cloneName(target))
  mkdirSync(root, { recursive: true })
  const settingsOf = (main: SettingsFile): Settings =>
    onOwnBranch(targetSettings(ports, context, { target, main, root }), target, context.targets)
  const checkout = await refreshMirror(ports, operatorOnly(ports, context, { target, root }), root)
  const { gitdir = root } = checkout
  const commit = await headOf(gitdir, target.branch)
  const file = await fileAtCommit({ root, gitdir, commit }, target.settings)
  const observe = onlyIn(context.observe, target.clusters)
  const usage = context.usage
  if (file !== undefined) {
    const settings = narrowed(settingsOf(file), usage)
    const start = context.only === 'urgent' ? runUrgent : run
    return { report: await start(ports, { checkout, settings, usage, ...fleetOf(context) }, observe) }
  }
  if (context.only === 'urgent') return { skipped: `the branch ${target.branch} has no ${target.settings}` }
  if (!target.onboard) return withoutSettings(target)
  const reportsOnly = context.mode === 'report'
  const base = { id: commit, tree: await treeOf(gitdir, commit) }
  const { branch, settings: name } = target
  const draft = { checkout, branch, commit: base, file: name, usage, settingsOf, observe }
  const onboarding = await onboard(ports, { ...draft, reportsOnly })
  return typeof onboarding === 'string' ? { skipped: onboarding } : { onboarding }
}

const fleetOf = ({ withFleet }: RunContext) => (withFleet === undefined ? {} : { withFleet })

function withoutSettings({ branch, settings, isDiscovered }: RepositoryTarget): TargetOutcome {
  const message = `the branch ${branch} has no ${settings}`
  if (isDiscovered === true)
    return { skipped: `${message}; set onboard: true for it, or run tortoise init in a clone` }
  throw stop('settings.missing', message, {
    hint: 'Run `tortoise init` in a clone of it and commit what it writes, or set onboard: true for it.',
  })
}

const narrowed = (settings: Settings, { cluster }: ObserveFlags): Settings =>
  cluster === undefined
    ? settings
    : { ...settings, sources: settings.sources.filter((one) => (one.cluster ?? cluster) === cluster) }

/** Usage of some clusters alone; of all where none are named. */
const onlyIn =
  (observe: ObserveUsage, clusters: readonly string[] | undefined): ObserveUsage =>
  async (ports, settings, flags) => {
    const observed = await observe(ports, settings, flags)
    if (clusters === undefined) return observed
    return {
      ...observed,
      observations: observed.observations.filter(({ cluster }) => clusters.includes(cluster)),
    }
  }

const standardBranch = 'tortoise/right-size'

/** Settings whose changes go to branches of their own, where the run works on several branches of one repository. */
function onOwnBranch(
  settings: Settings,
  target: RepositoryTarget,
  targets: readonly RepositoryTarget[],
): Settings {
  const { deliver } = settings
  const { branch } = target
  const isAlone = targets.every((one) => nameOf(one) !== nameOf(target) || one.branch === branch)
  if (isAlone || deliver.branch !== standardBranch || ['main', 'master'].includes(branch)) return settings
  return { ...settings, deliver: { ...deliver, branch: branchOf(standardBranch, branch) } }
}

/** The name of the clone of a repository: readable, and no two alike. */
function cloneName(target: RepositoryTarget): string {
  const name = nameOf(target)
  const readable = (name.split('/').at(-1) ?? '').replace(/[^\w.-]+/g, '-').slice(0, 60)
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
}

const nameOf = ({ url }: RepositoryTarget): string => repositoryName(url) ?? url
