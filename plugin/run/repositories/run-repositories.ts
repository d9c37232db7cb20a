import { centralSettingsIn } from '../../../config/repository-operator.ts'
import { hideVariables } from '../../io/environment.ts'
import { asExpected } from '../../io/system-problem.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { RunPorts } from '../host.ts'
import type { NotifyFlags } from '../notify/notify.ts'
import type { SentNotification } from '../notify/send.ts'
import { shareObservations } from '../observe/observe.ts'
import { centralVariables } from '../secret-variables.ts'
import { updateRepositoriesDashboard } from './dashboard.ts'
import { findTargets } from './find-targets.ts'
import { notifyAfterAll } from './notify.ts'
import type { UnreadCluster } from './read-origins.ts'
import type { RepositoryRun } from './repository-run.ts'
import { type RunContext, runTarget } from './run-target.ts'
import type { SkippedOrigin } from './skipped-origins.ts'

/** Runs on several repositories. */
export interface RepositoriesRequest extends Omit<RunContext, 'observe' | 'targets'> {
  /** Present where the run may send the weekly summary of the operator settings. */
  readonly notify?: NotifyFlags | undefined
}

/** How all runs ended. */
export interface RepositoriesReport {
  readonly repositories: readonly RepositoryRun[]
  /** Repositories and revisions that live objects name, and that no run works on. */
  readonly skipped: readonly SkippedOrigin[]
  /** Clusters whose live objects could not be read. */
  readonly unread: readonly UnreadCluster[]
  /** The summaries that were sent. */
  readonly notified?: readonly SentNotification[]
}

/**
 * Runs on each repository and branch, one after the other, then updates the dashboard of all. Each has its own settings,
 * delivery and pull requests; a cluster that several of them name is read once. What fails in one of them stops no other; a
 * bug is thrown when all have run.
 */
export async function runRepositories(
  ports: RunPorts,
  request: RepositoriesRequest,
): Promise<RepositoriesReport> {
  const central = centralSettingsIn(request.operator)
  hideVariables(centralVariables(central))
  const { targets: found, failed, skipped, unread } = await findTargets(ports, request, central)
  const { cluster } = request.usage
  const targets = found.filter(
    ({ clusters: own }) => cluster === undefined || own?.includes(cluster) !== false,
  )
  const context = { ...request, targets, observe: shareObservations() }
  const { ended, bugs } = await runEach(ports, context)
  const report = { repositories: [...failed, ...ended], skipped, unread }
  const isWhole = request.mode !== 'report' && request.only === undefined
  if (central.dashboard !== undefined && isWhole)
    await updateRepositoriesDashboard(ports, { ...request, dashboard: central.dashboard }, report)
  if (bugs.length > 0) throw bugs[0]
  const { notify: settings, dashboard } = central
  if (settings === undefined || request.notify === undefined || !isWhole) return report
  const { operator, notify: flags } = request
  const joint = { settings, flags, operator, dashboard }
  return { ...report, notified: await notifyAfterAll(ports, joint, report.repositories) }
}

async function runEach(ports: RunPorts, context: RunContext) {
  const ended: RepositoryRun[] = []
  const bugs: unknown[] = []
  const { targets } = context
  for (const [index, target] of targets.entries()) {
    const detail = `${target.url} (${target.branch})`
    ports.progress({ kind: 'stage', stage: 'repository', detail })
    ports.progress({ kind: 'step', stage: 'repository', done: index + 1, total: targets.length })
    try {
      ended.push({ target, ...(await runTarget(ports, context, target)) })
    } catch (cause) {
      const error = asExpected(cause)
      if (error instanceof ExpectedStop) ended.push({ target, problems: error.problems })
      else bugs.push(error)
    }
  }
  return { ended, bugs }
}
