import type { NotifySettings } from '../../../config/notify.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import { repositoriesMarker, repositoriesTitle } from '../../report/repositories-dashboard.ts'
import { openForge } from '../deliver/open-forge.ts'
import type { RunPorts } from '../host.ts'
import { type DigestPart, makeDigest } from '../notify/make-digest.ts'
import { type NotifyFlags, notify, recordIn } from '../notify/notify.ts'
import type { SentNotification } from '../notify/send.ts'
import { unrecordedByAll } from '../notify/unrecorded.ts'
import { type DashboardPlace, deliverTo } from './dashboard.ts'
import type { RepositoryRun } from './repository-run.ts'

/** What a summary of several repositories is sent with. */
export interface JointNotify {
  readonly settings: NotifySettings
  readonly flags: NotifyFlags
  readonly operator: SettingsFile
  readonly dashboard: DashboardPlace['dashboard'] | undefined
}

/** Sends one weekly summary of all repositories where it is due. The record is in the issue about all of them. */
export async function notifyAfterAll(
  ports: RunPorts,
  { settings, flags, operator, dashboard }: JointNotify,
  repositories: readonly RepositoryRun[],
): Promise<readonly SentNotification[]> {
  const issue = dashboard && (await issueOf(ports, { dashboard, operator }))
  // Another record would not know what this one has.
  if (dashboard !== undefined && issue === undefined) return []
  const digest = (week: string) =>
    makeDigest({
      parts: repositories.flatMap(partOf),
      failed: repositories.flatMap(failureOf),
      week,
      now: ports.now(),
    })
  const request = { settings: withPaths(settings, operator), digest, unrecorded: unrecordedByAll }
  return notify(ports, recordIn(issue, flags), request)
}

/** The issue about all repositories; `undefined`, with a warning, where its forge cannot be used. */
async function issueOf(ports: RunPorts, place: DashboardPlace) {
  try {
    const { forge } = await openForge(ports, deliverTo(place))
    return { forge, marker: repositoriesMarker, title: repositoriesTitle }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({
      kind: 'warning',
      message: `the dashboard of all repositories cannot be used: ${reason}`,
    })
    return undefined
  }
}

function partOf(one: RepositoryRun): readonly DigestPart[] {
  if (!('report' in one) || one.report.prices === undefined) return []
  return [{ repository: one.target.url, outcome: one.report, prices: one.report.prices }]
}

const failureOf = (one: RepositoryRun) =>
  'problems' in one
    ? [
        {
          repository: one.target.url,
          branch: one.target.branch,
          problem: one.problems.map(printProblem).join('; '),
        },
      ]
    : []

/** Relative paths of files begin at the operator settings. */
function withPaths(
  { targets, ...settings }: NotifySettings,
  { absolute = (path) => path }: SettingsFile,
): NotifySettings {
  return {
    ...settings,
    targets: targets.map(({ urlFile, tokenFile, ...target }) => ({
      ...target,
      ...(urlFile === undefined ? {} : { urlFile: absolute(urlFile) }),
      ...(tokenFile === undefined ? {} : { tokenFile: absolute(tokenFile) }),
    })),
  }
}
