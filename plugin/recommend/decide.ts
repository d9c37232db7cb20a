import type { DeclaredAutoscaler, DeclaredContainer } from '../model/declared.ts'
import type { ContainerField } from '../model/field.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { readValue } from '../model/value.ts'
import { type Advice, advise, reason, unsure } from './advice.ts'
import type { Evidence } from './evidence.ts'
import { invalidValue } from './invalid-values.ts'
import { underPolicy, withinBounds } from './policy.ts'
import type { NewBounds, Profile } from './profile.ts'
import { heldMemory } from './profiles/hold-scaled.ts'
import type { RecommendOptions } from './recommend-options.ts'
import { declaredValue } from './replay/apply.ts'
import { toRecommendation } from './to-recommendation.ts'
import type { ContainerInput, ResourcePolicy, WorkloadInput } from './workload-input.ts'

/** Decides every field of one workload together, by the rules of a profile. */
export function decideWorkload(
  subject: WorkloadInput,
  profile: Profile,
  options: RecommendOptions,
): readonly Recommendation[] {
  const { declared, observation } = subject
  if (observation === undefined)
    return nothingSeen(subject, 'nothing was seen of this workload in the metrics')
  if (observation.unhealthy !== undefined) return nothingSeen(subject, `left alone: ${observation.unhealthy}`)
  const evidence = { observation, options }
  const seen = declared.containers.flatMap((container): ContainerInput[] => {
    const usage = observation.containers.find(({ container: name }) => name === container.name)
    return usage === undefined || container.role === 'init' ? [] : [{ declared: container, usage }]
  })
  const scaled = scaledCpu(subject, seen, { evidence, profile })
  return [
    ...declared.containers.flatMap((container) => {
      const own = seen.find((one) => one.declared === container)
      if (own === undefined) return unseen(subject, container)
      return containerAdvice(subject, own, { evidence, profile, joint: scaled.requests.get(container.name) })
    }),
    ...boundsAdvice(subject, { evidence, profile }),
    ...scaled.targets.map(({ container, from, advice }) =>
      toRecommendation(
        {
          together: cpuGroup(subject, container ?? ''),
          workload: subject.declared.workload,
          container,
          field: 'hpa.target.cpu',
          from,
        },
        advice,
      ),
    ),
  ]
}

/** Replica bounds of the HPA, each for itself; none while what the HPA scales is switched off. */
function boundsAdvice(
  subject: WorkloadInput,
  { evidence, profile }: Pick<Circumstances, 'evidence' | 'profile'>,
): readonly Recommendation[] {
  const { declared } = subject
  const off = declared.containers
    .map(({ name }) => subject.policy(name, 'cpu'))
    .find(({ policy }) => policy === 'Off')
  const bounds = profile.replicas?.({ declared, read: declaredValue, replay: subject.replay }, evidence) ?? {}
  return (['minimum', 'maximum'] as const).flatMap((name) => {
    const key = name === 'minimum' ? 'minReplicas' : 'maxReplicas'
    const [advice, from] = [bounds[name], declared.autoscaler?.[key]]
    if (advice === undefined || from === undefined) return []
    const decided =
      off === undefined ? advice : advise(from, reason('policy.off', `switched off in ${off.said}`))
    const question = { workload: declared.workload, container: undefined, from, together: `${name} of pods` }
    return [toRecommendation({ ...question, field: `hpa.${key}` }, decided)]
  })
}

function nothingSeen({ declared }: WorkloadInput, missing: string): readonly Recommendation[] {
  return declared.containers.flatMap(({ name, values }) =>
    fieldNames(values).map(
      (field) =>
        ({ workload: declared.workload, container: name, field, verdict: 'unsure', missing }) as const,
    ),
  )
}

const fieldNames = (values: DeclaredContainer['values']): readonly ContainerField[] =>
  Object.keys(values) as ContainerField[]

function unseen(
  { declared }: WorkloadInput,
  { name, role, values }: DeclaredContainer,
): readonly Recommendation[] {
  const missing = role === 'init' ? 'init containers are not sized' : 'no usage of this container was seen'
  return fieldNames(values).map((field) => ({
    workload: declared.workload,
    container: name,
    field,
    verdict: 'unsure',
    missing,
  }))
}

interface ScaledTarget {
  readonly container: string | undefined
  readonly from: number
  readonly advice: Advice
}

interface Scaled {
  readonly requests: ReadonlyMap<string, Advice>
  readonly targets: readonly ScaledTarget[]
}

/** Requests and targets of everything that the workload's HPA scales by CPU. */
function scaledCpu(
  subject: WorkloadInput,
  seen: readonly ContainerInput[],
  { evidence, profile }: Pick<Circumstances, 'evidence' | 'profile'>,
): Scaled {
  const targets = (subject.declared.autoscaler?.targets ?? []).filter(({ resource }) => resource === 'cpu')
  const joint = targets.map(({ container, utilization }) => {
    const members = membersOf(seen, container)
    const problem = blocked(subject, members, container)
    const advice =
      problem === undefined
        ? profile.scaled({ members, utilization, subject }, evidence)
        : {
            requests: new Map(members.map(({ declared }) => [declared.name, unsure(problem)])),
            target: unsure(problem),
          }
    return { container, from: utilization, advice }
  })
  return {
    requests: new Map(joint.flatMap(({ advice }) => [...advice.requests])),
    targets: joint.map(({ container, from, advice }) => ({ container, from, advice: advice.target })),
  }
}

const membersOf = (seen: readonly ContainerInput[], container: string | undefined) =>
  seen.filter(
    ({ declared }) =>
      declared.values['requests.cpu'] !== undefined &&
      (container === undefined || declared.name === container),
  )

/** Why containers behind a target cannot move; all of them must be seen, and none be switched off. */
function blocked(
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
    return 'not every container behind the HPA target was seen'
  const problem = members
    .map(({ declared }) => invalidValue(declared, 'cpu'))
    .find((one) => one !== undefined)
  if (problem !== undefined) return problem
  const policies = members.map(({ declared }) => subject.policy(declared.name, 'cpu'))
  if (policies.some(({ policy }) => policy === 'Off'))
    return 'a container behind the HPA target is switched off'
  const vertical = policies.find(({ policy }) => policy === 'Vertical')
  if (vertical !== undefined)
    return `${vertical.said} wants a container scaled vertically that the HPA scales by the number of pods`
  if (policies.some(({ minimum, maximum }) => minimum !== undefined || maximum !== undefined))
    return 'bounds are set for a container behind the HPA target, where request and target must move together'
  return undefined
}

interface Circumstances {
  readonly evidence: Evidence
  readonly profile: Profile
  /** Advice for the CPU request when an HPA scales the container by CPU. */
  readonly joint: Advice | undefined
}

function containerAdvice(
  subject: WorkloadInput,
  container: ContainerInput,
  { evidence, profile, joint }: Circumstances,
): readonly Recommendation[] {
  const { declared } = container
  const { days } = evidence.observation
  const policy = (resource: 'cpu' | 'memory'): ResourcePolicy => subject.policy(declared.name, resource)
  const current = (field: ContainerField): number | undefined =>
    readValue(field, declared.values[field] ?? '')
  const scaled = { cpu: joint !== undefined, memory: scalesMemory(subject.declared.autoscaler) }
  const unlessOff = (field: ContainerField, decideIt: () => Advice): Advice => {
    const resource = isMemory(field) ? 'memory' : 'cpu'
    const problem = invalidValue(declared, resource)
    if (problem !== undefined) return unsure(problem)
    return underPolicy(policy(resource), current(field), { scaled: scaled[resource], decideIt })
  }
  const cpu = unlessOff(
    'requests.cpu',
    () => joint ?? withinBounds(profile.cpuRequest(container, evidence), policy('cpu')),
  )
  const memory = unlessOff('requests.memory', () =>
    scaled.memory
      ? heldMemory(current('requests.memory') ?? 0)
      : withinBounds(profile.memoryRequest(container, evidence), policy('memory')),
  )
  const cpuLimit = unlessOff('limits.cpu', () =>
    profile.limit(container, 'cpu', { request: move(current('requests.cpu'), cpu), days, evidence }),
  )
  const memoryLimit = unlessOff('limits.memory', () =>
    profile.limit(container, 'memory', { request: move(current('requests.memory'), memory), days, evidence }),
  )
  const bounds = newBounds({
    cpuRequest: after(current('requests.cpu'), cpu),
    memoryRequest: after(current('requests.memory'), memory),
    cpuLimit: after(current('limits.cpu'), cpuLimit),
    memoryLimit: after(current('limits.memory'), memoryLimit),
  })
  const advice: Readonly<Record<ContainerField, () => Advice>> = {
    'requests.cpu': () => cpu,
    'requests.memory': () => memory,
    'limits.cpu': () => cpuLimit,
    'limits.memory': () => memoryLimit,
    'env.GOMAXPROCS': () => unlessOff('env.GOMAXPROCS', () => profile.goMaxProcs(container, bounds)),
    'env.GOMEMLIMIT': () =>
      unlessOff('env.GOMEMLIMIT', () => profile.goMemoryLimit(container, bounds, evidence.options)),
  }
  return fieldNames(declared.values).map((field) =>
    toRecommendation(
      {
        workload: subject.declared.workload,
        container: declared.name,
        field,
        from: current(field),
        together: isMemory(field) ? `memory of ${declared.name}` : cpuGroup(subject, declared.name),
      },
      advice[field](),
    ),
  )
}

const scalesMemory = (autoscaler: DeclaredAutoscaler | undefined): boolean =>
  autoscaler?.targets.some(({ resource }) => resource === 'memory') ?? false

const after = (from: number | undefined, advice: Advice): number | undefined =>
  from === undefined ? undefined : advice.kind === 'value' ? advice.value : from

const move = (from: number | undefined, advice: Advice) =>
  from === undefined ? undefined : { from, to: after(from, advice) ?? from }

function newBounds(bounds: { readonly [K in keyof NewBounds]: number | undefined }): NewBounds {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined))
}

const isMemory = (field: ContainerField): boolean => field.endsWith('.memory') || field === 'env.GOMEMLIMIT'

/** An HPA on the CPU of the whole pod ties all of its containers together. */
function cpuGroup({ declared: { autoscaler } }: WorkloadInput, container: string): string {
  const wholePod = autoscaler?.targets.some(
    (target) => target.resource === 'cpu' && target.container === undefined,
  )
  return wholePod ? 'cpu' : `cpu of ${container}`
}
