import { type Advice, unsure } from './advice.ts'
import type { Evidence } from './evidence.ts'
import { invalidValue } from './invalid-values.ts'
import type { Profile } from './profile.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** Advice for one CPU target of an HPA; `from` is the current target in percent. */
interface TargetAdvice {
  /** Set for a ContainerResource metric. */
  readonly container: string | undefined
  readonly from: number
  readonly advice: Advice
}

/** Advice for everything that a workload's HPA scales by CPU. */
export interface ScaledAdvice {
  readonly requests: ReadonlyMap<string, Advice>
  readonly targets: readonly TargetAdvice[]
}

/** CPU requests (by container) and CPU targets of everything that the workload's HPA scales by CPU. */
export function scaledCpu(
  subject: WorkloadInput,
  containers: readonly ContainerInput[],
  { evidence, profile }: { readonly evidence: Evidence; readonly profile: Profile },
): ScaledAdvice {
  const targets = (subject.declared.autoscaler?.targets ?? []).filter(({ resource }) => resource === 'cpu')
  const joint = targets.map(({ container, utilization }) => {
    const members = membersOf(containers, container)
    const obstacle = obstacleOf(subject, members, container)
    const advice =
      obstacle === undefined
        ? profile.scaledCpu({ members, utilization, subject }, evidence)
        : {
            requests: new Map(members.map(({ declared }) => [declared.name, unsure(obstacle)])),
            target: unsure(obstacle),
          }
    return { container, from: utilization, advice }
  })
  return {
    requests: new Map(joint.flatMap(({ advice }) => [...advice.requests])),
    targets: joint.map(({ container, from, advice }) => ({ container, from, advice: advice.target })),
  }
}

const membersOf = (containers: readonly ContainerInput[], container: string | undefined) =>
  containers.filter(
    ({ declared }) =>
      declared.values['requests.cpu'] !== undefined &&
      (container === undefined || declared.name === container),
  )

/** Returns, as a sentence, why the containers behind a target cannot change; `undefined` when they can. */
function obstacleOf(
  subject: WorkloadInput,
  members: readonly ContainerInput[],
  container: string | undefined,
): string | undefined {
  const expected = subject.declared.containers.filter(
    ({ name, role, values }) =>
      role !== 'init' &&
      values['requests.cpu'] !== undefined &&
      (container === undefined || name === container),
  )
  if (members.length < expected.length || members.length === 0)
    return 'No usage found for one of the containers behind the HPA target'
  const invalid = members
    .map(({ declared }) => invalidValue(declared, 'cpu'))
    .find((one) => one !== undefined)
  return invalid ?? policyObstacle(subject, members)
}

function policyObstacle(subject: WorkloadInput, members: readonly ContainerInput[]): string | undefined {
  const policies = members.map(({ declared }) => subject.policy(declared.name, 'cpu'))
  if (policies.some(({ policy }) => policy === 'Off'))
    return 'A container behind the HPA target is turned off'
  const vertical = policies.find(({ policy }) => policy === 'Vertical')
  if (vertical !== undefined)
    return `The policy set by ${vertical.said} is Vertical, but the HPA scales this container by the number of pods`
  if (policies.some(({ minimum, maximum }) => minimum !== undefined || maximum !== undefined))
    return 'A container behind the HPA target has bounds, but its request and the target must change together'
  return undefined
}
