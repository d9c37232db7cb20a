import { stop } from '../../model/problem.ts'
import { namespacedLabel } from '../../model/workload.ts'
import { endAll } from '../../recommend/emergency.ts'
import { findBaseBranch } from '../base-branch.ts'
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
  const report = await command(ports, request, {
    planWith: (planBy) =>
      planBy((past) => (declared, cluster, isEditOf) => {
        if (!isPart(matches, cluster, declared.workload)) return []
        const pastValues = pastOf(past, { cluster, isEditOf, time: ports.now().toISOString() })
        return endAll(addressesOf(declared), { declared, pastValues })
      }),
  })
  refuseNothing(report, { own, shared })
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
}

function refuseNothing({ plan, delivery }: RunReport, { own, shared }: Waiting): void {
  const closed = delivery?.pulls ?? []
  if (plan.recommendations.length > 0 || closed.length > 0 || own.length > 0) return
  const [first] = shared
  if (first !== undefined)
    throw stop('usage', sharedText(first), {
      hint: `Name all of them, without --cluster where they are in several, or delete the branch: git branch -D ${first.branch}`,
    })
  throw stop('usage', noneIsOn, {
    hint: '`tortoise emergency list` lists them. One whose pull request is not merged ends when that is closed.',
  })
}

const sharedText = ({ branch, values }: WaitingBranch): string => {
  const names = values.map(({ cluster, workload }) =>
    [cluster, namespacedLabel(workload)].filter(Boolean).join(' '),
  )
  return `${branch} stays: it waits for a merge with all of these workloads: ${[...new Set(names)].join(', ')}`
}
