import { stop } from '../../model/problem.ts'
import { digestPayload } from '../../report/digest/payload.ts'
import { openTarget } from '../deliver/target.ts'
import { trackedPulls } from '../deliver/tracked-pulls.ts'
import type { RunPorts } from '../host.ts'
import { observe } from '../observe/observe.ts'
import { planRepository } from '../plan-repository.ts'
import { requireDelivery } from '../require-settings.ts'
import type { RunRequest } from '../run.ts'
import { digestOfRun, type FinishedRun, notifyAfterRun } from './notify.ts'
import type { SentNotification } from './send.ts'
import { weekOf } from './week.ts'

type Summary = Omit<FinishedRun, 'flags'> & {
  readonly notify: NonNullable<FinishedRun['settings']['notify']>
}

/** Plans without a delivery, for a summary. Throws `settings.missing` where the settings have no target. */
async function summarise(ports: RunPorts, request: RunRequest): Promise<Summary> {
  const { settings } = request
  const { notify } = settings
  if (notify === undefined || notify.targets.length === 0)
    throw stop('settings.missing', 'the settings have no target for summaries', {
      hint: 'Add `notify` to the operator settings. See docs/notifications.md.',
    })
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

/** The payload of the summary for each target, by its name. Nothing is sent. */
export async function previewSummary(
  ports: RunPorts,
  request: RunRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const { notify, ...run } = await summarise(ports, request)
  const now = ports.now()
  const digest = digestOfRun(run, { week: weekOf(now, notify), now })
  return Object.fromEntries(
    notify.targets.map(({ name, type }) => [name, JSON.parse(digestPayload(type, digest).toString())]),
  )
}
