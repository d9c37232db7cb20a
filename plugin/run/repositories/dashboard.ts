import type { DashboardSettings } from '../../../config/dashboard.ts'
import { deliverSchema } from '../../../config/deliver.ts'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { fitBody } from '../../model/text/markdown.ts'
import type { RepositoriesOutcome } from '../../report/repositories.ts'
import {
  repositoriesDashboard,
  repositoriesMarker,
  repositoriesTitle,
} from '../../report/repositories-dashboard.ts'
import { openForge } from '../deliver/open-forge.ts'
import type { RunPorts } from '../host.ts'
import { sentIn, withSent } from '../notify/sent-record.ts'

/** Where the issue about all repositories is. */
export interface DashboardPlace {
  readonly dashboard: DashboardSettings
  /** The file that has these settings. */
  readonly operator: SettingsFile
}

/** Writes the issue about all repositories if its text changed. Where that is refused, it causes a warning only. */
export async function updateRepositoriesDashboard(
  ports: RunPorts,
  place: DashboardPlace,
  all: RepositoriesOutcome,
): Promise<void> {
  try {
    const { forge } = await openForge(ports, deliverTo(place))
    const found = await forge.findIssue(repositoriesMarker)
    const body = withSent(fitBody(repositoriesDashboard(all)), sentIn(found?.body))
    if (found?.body.trim() === body.toString().trim()) return
    await forge.writeIssue({ title: repositoriesTitle, body }, found?.number)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({
      kind: 'warning',
      message: `the dashboard of all repositories was not updated: ${reason}`,
    })
  }
}

/** Settings of delivery that open the forge of the issue. */
export function deliverTo({ dashboard, operator }: DashboardPlace): Settings['deliver'] {
  const { url, tokenEnv, github, forge } = dashboard
  const keyFile = github?.app?.keyFile
  const absolute = operator.absolute ?? ((path: string) => path)
  const app = github?.app && { ...github.app, ...(keyFile !== undefined && { keyFile: absolute(keyFile) }) }
  return deliverSchema.parse({
    ...(url !== undefined && { remote: { url, tokenEnv } }),
    ...(github && { github: { ...github, ...(app && { app }) } }),
    ...(forge && { forge }),
    pullRequests: { dashboard: true },
  })
}
