import type { NotifySettings, NotifyTarget } from '../../../config/notify.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import { dashboardMarker } from '../../report/dashboard.ts'
import { digestPayload } from '../../report/digest/payload.ts'
import { openTarget } from '../deliver/target.ts'
import { trackedPulls } from '../deliver/tracked-pulls.ts'
import type { RunPorts } from '../host.ts'
import { observe } from '../observe/observe.ts'
import { planRepository } from '../plan-repository.ts'
import { requireDelivery } from '../require-settings.ts'
import type { RunRequest } from '../run.ts'
import { digestOfRun, type FinishedRun, notifyAfterRun } from './notify.ts'
import { requireTarget, type SentNotification, sendTo } from './send.ts'
import { sentIn } from './sent-record.ts'
import { unrecorded } from './unrecorded.ts'
import { weekOf } from './week.ts'

type Summary = Omit<FinishedRun, 'flags'> & { readonly notify: NotifySettings }

/** The settings of the summary. Throws `settings.missing` where they have no target. */
function requireNotify({ settings: { notify } }: RunRequest): NotifySettings {
  if (notify !== undefined && notify.targets.length > 0) return notify
  throw stop('settings.missing', 'the settings have no target for summaries', {
    hint: 'Add `notify` to the operator settings. See docs/notifications.md.',
  })
}

/** Plans without a delivery, for a summary. Throws `settings.missing` where the settings have no target. */
async function summarise(ports: RunPorts, request: RunRequest): Promise<Summary> {
  const { settings } = request
  const notify = requireNotify(request)
  requireDelivery(settings)
  const observed = await observe(ports, settings, request.usage)
  const target = await openTarget(ports, request, 0)
  const plan = await planRepository(ports, { ...request, ...observed }, target.base)
  const pulls = trackedPulls(target, undefined, ports.now())
  const outcome = { plan, ...(pulls && { pulls }), observations: observed.observations }
  return { settings, notify, outcome, forgeState: target.forgeState }
}

/** Sends the summary of this week to the targets that did not get it. It delivers nothing. */
export async function notifyOnly(ports: RunPorts, request: RunRequest): Promise<readonly SentNotification[]> {
  const { notify: _, ...run } = await summarise(ports, request)
  return notifyAfterRun(ports, { ...run, flags: {} })
}

/** Sends the summary to one target without a record of it, so that the target still gets that of the week. Throws `usage` for an unknown name. */
export async function testTarget(
  ports: RunPorts,
  request: RunRequest,
  name: string,
): Promise<SentNotification> {
  const { targets } = requireNotify(request)
  const target = targets.find((one) => one.name === name)
  if (target === undefined)
    throw stop('usage', `the settings have no target ${name} for summaries`, {
      hint: `The targets are: ${targets.map((one) => one.name).join(', ')}.`,
    })
  const { notify, ...run } = await summarise(ports, request)
  const now = ports.now()
  return sendTo(ports, target, digestOfRun(run, { week: weekOf(now, notify), now }))
}

/** What would be sent, and what keeps it from being sent. */
export interface Preview {
  /** The payload for each target, by its name. */
  readonly payloads: Readonly<Record<string, unknown>>
  /** Sentences that say which targets would get nothing, and why. */
  readonly unsent: readonly string[]
}

/** The payload of the summary for each target, and why `tortoise notify` would not send it. Nothing is sent. */
export async function previewSummary(ports: RunPorts, request: RunRequest): Promise<Preview> {
  const summary = await summarise(ports, request)
  const { targets } = summary.notify
  const now = ports.now()
  const week = weekOf(now, summary.notify)
  const digest = digestOfRun(summary, { week, now })
  return {
    payloads: Object.fromEntries(
      targets.map(({ name, type }) => [name, JSON.parse(digestPayload(type, digest).toString())]),
    ),
    unsent: [...(await unsentToAll(summary, week)), ...targets.flatMap((target) => unsentTo(ports, target))],
  }
}

/** What the record says against a summary of a week. */
async function unsentToAll(
  { settings, forgeState, notify }: Summary,
  week: string,
): Promise<readonly string[]> {
  const without = unrecorded(settings)
  if (without !== undefined)
    return [
      `the summary would not be sent, because nothing would record it: ${without.reason}. ${without.hint}`,
    ]
  const issue = await forgeState?.forge.findIssue(dashboardMarker)
  if (issue === undefined)
    return [
      'the summary would not be sent, because there is no dashboard issue yet to record it in. The next `tortoise run` writes it.',
    ]
  const sent = sentIn(issue.body)
  if (sent === undefined || sent.week < week) return []
  const names = notify.targets.map(({ name }) => name)
  return names
    .filter((name) => sent.week > week || sent.targets.includes(name))
    .map((name) => `the summary would not be sent to ${name}, which got that of the week ${sent.week}`)
}

/** What a target lacks. */
function unsentTo(ports: RunPorts, target: NotifyTarget): readonly string[] {
  try {
    requireTarget(ports, target)
    return []
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return error.problems.map(
      ({ message, hint = '' }) => `the summary would not be sent to ${target.name}: ${message}. ${hint}`,
    )
  }
}
