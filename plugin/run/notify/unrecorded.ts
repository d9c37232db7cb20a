import type { Settings } from '../../../config/schema.ts'
import { usesPullRequests } from '../deliver/delivery-rules.ts'

/** Why nothing records a summary, and what to do about it. */
export interface Unrecorded {
  readonly reason: string
  readonly hint: string
}

const orDaemon = 'or use the daemon with a state directory'

/** Why no dashboard issue records the summaries of one repository; `undefined` where one does. */
export function unrecorded({ deliver, rules }: Pick<Settings, 'deliver' | 'rules'>): Unrecorded | undefined {
  const { mode, pullRequests } = deliver
  const opensPulls = usesPullRequests({ rules, mode })
  const forge = `a forge (deliver.github or deliver.remote of the operator settings), ${orDaemon}`
  if (pullRequests.dashboard)
    return opensPulls
      ? undefined
      : {
          reason: `deliver.pullRequests.dashboard is set, but a run with deliver.mode: ${mode} writes no dashboard issue`,
          hint: `Set deliver.mode: pull-request and ${forge}.`,
        }
  return {
    reason: 'deliver.pullRequests.dashboard is not set',
    hint: opensPulls
      ? `Set deliver.pullRequests.dashboard: true, ${orDaemon}.`
      : `Set deliver.pullRequests.dashboard: true with deliver.mode: pull-request and ${forge}.`,
  }
}

/** Why nothing records the joint summary of several repositories. */
export const unrecordedByAll: Unrecorded = {
  reason: 'the operator settings have no dashboard',
  hint: `Add dashboard to them, ${orDaemon}.`,
}
