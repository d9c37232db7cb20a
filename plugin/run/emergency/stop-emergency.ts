import { stop } from '../../model/problem.ts'
import { namespacedLabel } from '../../model/workload.ts'
import { endAll, isBelowEvent } from '../../recommend/emergency.ts'
import { eventsOf } from '../../recommend/events.ts'
import { findBaseBranch } from '../base-branch.ts'
import { eventsNow } from '../events-now.ts'
import type { RunPorts } from '../host.ts'
import type { RunReport } from '../run.ts'
import { addressesOf, command, type EmergencyRequest, isPart, pastOf } from './command.ts'
import { dropWaiting, type WaitingBranch, waitingBranches } from './waiting-branches.ts'

/**
 * Ends the emergencies of some workloads before their time, and deletes the branches of those that wait for a merge. Throws `usage` when
 * none is on and none waits.
 */
export async function stopEmergency(ports: RunPorts, request: EmergencyRequest): Promise<RunReport> {
  const { checkout, settings, matches } = request
  const base = await findBaseBranch(checkout, settings.deliver.base)
  const where = { settings, base }
  const waiting = await waitingBranches(ports, where)
  const own = waiting.filter(({ values }) =>
    values.every((one) => isPart(matches, one.cluster, one.workload)),
  )
  const shared = waiting.filter(
    (one) =>
      !own.includes(one) && one.values.some(({ cluster, workload }) => isPart(matches, cluster, workload)),
  )
  const below = new Set<string>()
  const events = eventsNow(settings.events, ports.now()).filter(({ isOn }) => isOn)
  const report = await command(ports, request, {
    planWith: (planBy) =>
      planBy((past) => (declared, cluster, isEditOf) => {
        if (!isPart(matches, cluster, declared.workload)) return []
        const pastValues = pastOf(past, { cluster, isEditOf, time: ports.now().toISOString() })
        const input = { declared, pastValues }
        const isOn = eventsOf(events, { declared, cluster }).length > 0
        const all = addressesOf(declared)
        const kept = all.filter((one) => isOn && isBelowEvent(one, input))
        if (kept.length > 0) below.add(namespacedLabel(declared.workload))
        return endAll(
          all.filter((one) => !kept.includes(one)),
          input,
        )
      }),
  })
  refuseNothing(report, { own, shared, below })
  if (below.size > 0) ports.progress({ kind: 'warning', message: belowText(below) })
  for (const one of shared) ports.progress({ kind: 'warning', message: sharedText(one) })
  if (settings.deliver.mode === 'report')
    for (const { branch } of own) ports.progress({ kind: 'warning', message: `would delete ${branch}` })
  else await dropWaiting(ports, where, own)
  return report
}

/** The problem of a stop where nothing is on. */
export const noneIsOn = 'No emergency of these workloads is on'

interface Waiting {
  readonly own: readonly WaitingBranch[]
  readonly shared: readonly WaitingBranch[]
  /** Workloads with values that a planned event raised above those of the emergency. */
  readonly below: ReadonlySet<string>
}

function refuseNothing({ plan, delivery }: RunReport, { own, shared, below }: Waiting): void {
  const closed = delivery?.pulls ?? []
  if (plan.recommendations.length > 0 || closed.length > 0 || own.length > 0) return
  const [first] = shared
  if (first !== undefined)
    throw stop('usage', sharedText(first), {
      hint: `Name all of them, without --cluster where they are in several, or delete the branch: git branch -D ${first.branch}`,
    })
  if (below.size > 0)
    throw stop('usage', belowText(below), { hint: 'End the event in the settings (`events`) first.' })
  throw stop('usage', noneIsOn, {
    hint: '`tortoise emergency list` lists them. One whose pull request is not merged ends when that is closed.',
  })
}

const belowText = (below: ReadonlySet<string>): string =>
  `a planned event raised values above those of the emergency, which stay: ${[...below].join(', ')}; stop it again after the event`

const sharedText = ({ branch, values }: WaitingBranch): string => {
  const names = values.map(({ cluster, workload }) =>
    [cluster, namespacedLabel(workload)].filter(Boolean).join(' '),
  )
  return `${branch} stays: it waits for a merge with all of these workloads: ${[...new Set(names)].join(', ')}`
}
