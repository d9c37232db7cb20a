import { plural } from '../../../model/plural.ts'
import type { Reason } from '../../../model/recommendation.ts'
import { advise, reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { keepScaled } from '../../hold-scaled.ts'
import type { JointAdvice, ScaledPods } from '../../profile.ts'
import { disabledReason, optionsOf, requestOf, sizeAdvice, usageOf } from './inputs.ts'
import { type SizedResource, tortoiseSizes } from './size.ts'
import { steppedTarget, tortoiseTarget } from './target.ts'

/** The reason why an HPA is not changed yet: Tortoise is turned off, or has less than a week (or a day) of data. */
export function waitingReason(evidence: Evidence): Reason | undefined {
  const off = disabledReason(evidence)
  if (off !== undefined) return reason('tortoise.off', off)
  const wanted = optionsOf(evidence).weekly ? 7 : 1
  return evidence.observation.days >= wanted
    ? undefined
    : reason('tortoise.gathering', `Tortoise gathers data for ${plural(wanted, 'day')} first.`)
}

/** CPU requests and CPU target of the containers that an HPA scales. */
export function scaledCpu(pods: ScaledPods, evidence: Evidence): JointAdvice {
  const { members, utilization, subject } = pods
  const [options, waiting] = [optionsOf(evidence), waitingReason(evidence)]
  if (waiting !== undefined) return keepScaled(pods, waiting)
  const replicas = Math.round(evidence.observation.replicas?.mean ?? 1)
  const resources = members.map((member): SizedResource => {
    const request = requestOf(member, 'cpu') ?? 0
    const usage = usageOf(member, 'cpu') ?? request
    const { name: container } = member.declared
    return { container, resource: 'cpu', policy: 'Horizontal', request, usage, target: utilization }
  })
  const hpaMin = subject.declared.autoscaler?.minReplicas ?? 1
  // Runs are hours apart, so the half hour that growth waits for has always passed.
  const { sizes } = tortoiseSizes({ resources, replicas, hpaMin, stampedMinutesAgo: 30 }, options)
  const targets = resources.flatMap((one) => tortoiseTarget(one, replicas, options) ?? [])
  const wanted = targets.length === 0 ? utilization : Math.min(...targets)
  const target = steppedTarget(utilization, wanted, { hoursAgo: undefined, options })
  const text = `The wanted target is ${wanted} %. One step raises it by at most ${options.targetMaxIncrease} points.`
  return {
    requests: new Map(
      sizes.map((size, index) => [resources[index]?.container ?? '', sizeAdvice(size, 'cpu')] as const),
    ),
    target: advise(target, reason('tortoise.target', text)),
  }
}
