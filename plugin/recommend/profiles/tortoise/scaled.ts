import { plural } from '../../../model/plural.ts'
import type { Reason } from '../../../model/recommendation.ts'
import { advise, reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import type { JointAdvice, ScaledPods } from '../../profile.ts'
import { handsOff, optionsOf, requestOf, sizeAdvice, usageOf } from './reading.ts'
import { type SizedResource, tortoiseSizes } from './size.ts'
import { steppedTarget, tortoiseTarget } from './target.ts'

/** Why an HPA is not touched: switched off, or not seen for a whole week (a day). */
export function waiting(evidence: Evidence): Reason | undefined {
  const off = handsOff(evidence)
  if (off !== undefined) return reason('tortoise.off', off)
  const wanted = optionsOf(evidence).weekly ? 7 : 1
  return evidence.observation.days >= wanted
    ? undefined
    : reason('tortoise.gathering', `data is gathered for ${plural(wanted, 'day')} first`)
}

/** CPU requests and the target of what an HPA scales. */
export function scaled({ members, utilization, subject }: ScaledPods, evidence: Evidence): JointAdvice {
  const [options, still] = [optionsOf(evidence), waiting(evidence)]
  if (still !== undefined) {
    const kept = members.map((one) => [one.declared.name, advise(requestOf(one, 'cpu') ?? 0, still)] as const)
    return { requests: new Map(kept), target: advise(utilization, still) }
  }
  const replicas = Math.round(evidence.observation.replicas?.mean ?? 1)
  const resources = members.map((member): SizedResource => {
    const request = requestOf(member, 'cpu') ?? 0
    const usage = usageOf(member, 'cpu') ?? request
    const { name: container } = member.declared
    return { container, resource: 'cpu', policy: 'Horizontal', request, usage, target: utilization }
  })
  const hpaMin = subject.declared.autoscaler?.minReplicas ?? 1
  // Runs are hours apart: growth that waits for half an hour has always waited.
  const { sizes } = tortoiseSizes({ resources, replicas, hpaMin, stampedMinutesAgo: 30 }, options)
  const targets = resources.flatMap((one) => tortoiseTarget(one, replicas, options) ?? [])
  const wanted = targets.length === 0 ? utilization : Math.min(...targets)
  const target = steppedTarget(utilization, wanted, { hoursAgo: undefined, options })
  const text = `${wanted} % is wanted, ${options.targetMaxIncrease} points a step`
  return {
    requests: new Map(
      sizes.map((size, index) => [resources[index]?.container ?? '', sizeAdvice(size, 'cpu')] as const),
    ),
    target: advise(target, reason('tortoise.target', text)),
  }
}
