import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { dashboardMarker, dashboardTitle } from '../../report/dashboard.ts'
import type { Digest } from '../../report/digest/schema.ts'
import type { ForgeState } from '../deliver/forge-state.ts'
import type { RunPorts } from '../host.ts'
import { monthlyPrices } from '../monthly-prices.ts'
import { type DigestPart, makeDigest } from './make-digest.ts'
import { type NotifyRequest, type SentNotification, sendDue } from './send.ts'
import { fileRecord, issueRecord, type SentRecord } from './sent-record.ts'
import { type Unrecorded, unrecorded } from './unrecorded.ts'

/** How the host of a run lets it send summaries. */
export interface NotifyFlags {
  /** A directory that is kept between runs. */
  readonly state?: string | undefined
}

/** A finished run on one repository, and what its summary is made with. */
export interface FinishedRun {
  readonly settings: Pick<Settings, 'notify' | 'deliver' | 'rules' | 'prices'>
  readonly flags: NotifyFlags
  readonly outcome: DigestPart['outcome']
  readonly forgeState: Pick<ForgeState, 'forge'> | undefined
}

/** The summary of a run on one repository. */
export const digestOfRun = (
  { settings, outcome }: Pick<FinishedRun, 'outcome'> & { readonly settings: Pick<Settings, 'prices'> },
  { week, now }: { readonly week: string; readonly now: Date },
): Digest => makeDigest({ parts: [{ outcome, prices: monthlyPrices(settings) }], failed: [], week, now })

/** Sends the weekly summary of a run on one repository where it is due. What fails is a warning: the run itself is done. */
export async function notifyAfterRun(
  ports: RunPorts,
  run: FinishedRun,
): Promise<readonly SentNotification[]> {
  const { settings, flags, forgeState } = run
  if (settings.notify === undefined) return []
  const { dashboard } = settings.deliver.pullRequests
  const issue = dashboard ? forgeState : undefined
  const record = recordIn(issue && { ...issue, marker: dashboardMarker, title: dashboardTitle }, flags)
  const digest = (week: string): Digest => digestOfRun(run, { week, now: ports.now() })
  const request = { settings: settings.notify, digest, unrecorded: unrecorded(settings) }
  return notify(ports, record, request)
}

/** The place that records what was sent: an issue, or else the state directory; `undefined` without either. */
export function recordIn(
  issue: Parameters<typeof issueRecord>[0] | undefined,
  { state }: NotifyFlags,
): SentRecord | undefined {
  if (issue !== undefined) return issueRecord(issue)
  return state === undefined ? undefined : fileRecord(join(state, 'notified.json'))
}

/** What is sent, and why nothing records it where nothing does. */
interface RecordedRequest extends Omit<NotifyRequest, 'record'> {
  readonly unrecorded: Unrecorded | undefined
}

/** Sends what is due. Without a record it sends nothing, because a second run would send it again. */
export async function notify(
  ports: RunPorts,
  record: SentRecord | undefined,
  request: RecordedRequest,
): Promise<readonly SentNotification[]> {
  if (request.settings.targets.length === 0) return []
  if (record === undefined) {
    const { reason = '', hint = '' } = request.unrecorded ?? {}
    const message = `the summary was not sent, because nothing would record it: ${reason}. ${hint}`
    ports.progress({ kind: 'warning', message })
    return []
  }
  try {
    return await sendDue(ports, { ...request, record })
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({ kind: 'warning', message: `the summary was not sent: ${reason}` })
    return request.settings.targets.map(({ name }) => ({ target: name, result: 'failed' }))
  }
}
