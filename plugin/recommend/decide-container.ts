import type { DeclaredContainer } from '../model/declared-container.ts'
import type { ContainerField } from '../model/field.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { noSurroundings } from '../model/surroundings.ts'
import { readValue } from '../model/value.ts'
import { type Advice, advise, reason, unsure } from './advice.ts'
import { changeGroup, isMemoryField } from './change-groups.ts'
import type { Evidence } from './evidence.ts'
import { invalidValue } from './invalid-values.ts'
import { scalesUnseen, unseenScaler, writtenBy } from './other-writers.ts'
import { underPolicy, withinBounds } from './policy.ts'
import type { NewBounds, Profile, RequestMove } from './profile.ts'
import { toRecommendation } from './to-recommendation.ts'
import { boundedLimit, withinValueBounds } from './value-bounds.ts'
import { inWholeCores } from './whole-cores.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

interface ContainerRules {
  readonly evidence: Evidence
  readonly profile: Profile
  /** Advice for the CPU request when an HPA scales the container by CPU. */
  readonly joint: Advice | undefined
  /** Advice for the memory request when an HPA scales the container by memory. */
  readonly jointMemory: Advice | undefined
}

/** `unsure` for every field of a container, with the same reason. */
export const unsureOf = (
  { declared }: WorkloadInput,
  { name, values }: DeclaredContainer,
  missing: string,
): readonly Recommendation[] =>
  fieldNames(values).map((field) => ({
    workload: declared.workload,
    container: name,
    field,
    verdict: 'unsure',
    missing,
  }))

/** Recommendations for every field of one container: first its requests, then limits, then Go variables, each from the ones before. */
export function containerAdvice(
  subject: WorkloadInput,
  container: ContainerInput,
  rules: ContainerRules,
): readonly Recommendation[] {
  const { declared } = container
  const decide = fieldDecider(subject, container, rules)
  const current = (field: ContainerField) => currentValue(declared, field)
  const sized = requestAdvice(subject, container, { ...rules, decide })
  const limits = limitAdvice(subject, container, { ...rules, decide, requests: sized })
  const requests = equalToLimits(declared, { requests: sized, limits, joint: rules.joint })
  const bounds = newBounds(declared, requests, limits)
  const { profile, evidence } = rules
  // No usage of ephemeral storage is read, so nothing is recommended for it.
  const advice: Readonly<Partial<Record<ContainerField, () => Advice>>> = {
    'requests.cpu': () => requests.cpu,
    'requests.memory': () => requests.memory,
    'limits.cpu': () => limits.cpu,
    'limits.memory': () => limits.memory,
    'env.GOMAXPROCS': () => decide('env.GOMAXPROCS', () => profile.goMaxProcs(container, bounds)),
    'env.GOMEMLIMIT': () =>
      decide('env.GOMEMLIMIT', () => profile.goMemoryLimit(container, bounds, evidence.options)),
  }
  return fieldNames(declared.values).flatMap((field): readonly Recommendation[] => {
    const advise = advice[field]
    if (advise === undefined) return []
    const together = changeGroup(subject, declared.name, field)
    const about = { workload: subject.declared.workload, container: declared.name, field }
    return [toRecommendation({ ...about, from: current(field), together }, advise())]
  })
}

/** Decides a field unless its values are invalid or its policy forbids it. */
type DecideField = (field: ContainerField, decideIt: () => Advice) => Advice

function fieldDecider(
  subject: WorkloadInput,
  { declared }: ContainerInput,
  { joint, jointMemory }: ContainerRules,
): DecideField {
  const scaled = { cpu: joint !== undefined, memory: jointMemory !== undefined }
  return (field, decideIt) => {
    const resource = isMemoryField(field) ? 'memory' : 'cpu'
    const invalid = invalidValue(declared, resource)
    if (invalid !== undefined) return unsure(invalid)
    const [policy, from] = [subject.policy(declared.name, resource), currentValue(declared, field)]
    const writer = writtenBy(subject.surroundings ?? noSurroundings, declared.name, resource)
    if (writer !== undefined && from !== undefined) return advise(from, writer)
    return underPolicy(policy, from, { scaled: scaled[resource], decideIt })
  }
}

interface ResourceAdvice {
  readonly cpu: Advice
  readonly memory: Advice
}

function requestAdvice(
  subject: WorkloadInput,
  container: ContainerInput,
  { evidence, profile, joint, jointMemory, decide }: ContainerRules & { readonly decide: DecideField },
): ResourceAdvice {
  const { name } = container.declared
  const bounded = (resource: 'cpu' | 'memory', advice: Advice): Advice =>
    withinValueBounds(
      withinBounds(advice, subject.policy(name, resource)),
      subject.bounds?.(name, resource).request ?? {},
    )
  const cpu = () => {
    const wanted = notLoweredUnseen(
      subject,
      container,
      bounded('cpu', profile.cpuRequest(container, evidence)),
    )
    return inWholeCores(wanted, currentValue(container.declared, 'requests.cpu'), subject.declared)
  }
  return {
    cpu: decide('requests.cpu', () => joint ?? cpu()),
    memory: decide(
      'requests.memory',
      () => jointMemory ?? bounded('memory', profile.memoryRequest(container, evidence)),
    ),
  }
}

/** Keeps a CPU request where the number of pods follows the load and what scales them is not known. */
function notLoweredUnseen(subject: WorkloadInput, { declared }: ContainerInput, advice: Advice): Advice {
  const from = currentValue(declared, 'requests.cpu') ?? 0
  const isLower = advice.kind === 'value' && advice.value < from
  return isLower && scalesUnseen(subject) ? advise(from, ...advice.because, unseenScaler) : advice
}

function limitAdvice(
  subject: WorkloadInput,
  container: ContainerInput,
  {
    evidence,
    profile,
    decide,
    requests,
  }: ContainerRules & { readonly decide: DecideField; readonly requests: ResourceAdvice },
): ResourceAdvice {
  const { days } = evidence.observation
  const limit = (resource: 'cpu' | 'memory') =>
    decide(`limits.${resource}`, () => {
      const request = move(currentValue(container.declared, `requests.${resource}`), requests[resource])
      const bounds = subject.bounds?.(container.declared.name, resource)
      const advice = profile.limit(container, resource, { request, days, evidence })
      const from = currentValue(container.declared, `limits.${resource}`)
      return bounds === undefined ? advice : boundedLimit(advice, bounds, { from, request: request?.to })
    })
  return { cpu: limit('cpu'), memory: limit('memory') }
}

interface SizedContainer {
  readonly requests: ResourceAdvice
  readonly limits: ResourceAdvice
  readonly joint: Advice | undefined
}

/** Raises a request that equals its limit with the limit: a Guaranteed pod stays one. */
function equalToLimits(
  declared: DeclaredContainer,
  { requests, limits, joint }: SizedContainer,
): ResourceAdvice {
  const equal = (resource: 'cpu' | 'memory'): Advice => {
    const [request, limit] = [requests[resource], limits[resource]]
    const [from, was] = [
      currentValue(declared, `requests.${resource}`),
      currentValue(declared, `limits.${resource}`),
    ]
    const isApart = from === undefined || from !== was || (resource === 'cpu' && joint !== undefined)
    if (isApart || request.kind === 'unsure' || limit.kind === 'unsure' || limit.value <= request.value)
      return request
    return advise(
      limit.value,
      ...request.because,
      reason('limit.equal', 'The request stays equal to its limit.'),
    )
  }
  return { cpu: equal('cpu'), memory: equal('memory') }
}

const fieldNames = (values: DeclaredContainer['values']): readonly ContainerField[] =>
  Object.keys(values) as ContainerField[]

const currentValue = ({ values }: DeclaredContainer, field: ContainerField): number | undefined =>
  readValue(field, values[field] ?? '')

const after = (from: number | undefined, advice: Advice): number | undefined =>
  from === undefined ? undefined : advice.kind === 'value' ? advice.value : from

const move = (from: number | undefined, advice: Advice): RequestMove | undefined =>
  from === undefined ? undefined : { from, to: after(from, advice) ?? from }

function newBounds(declared: DeclaredContainer, requests: ResourceAdvice, limits: ResourceAdvice): NewBounds {
  const value = (field: ContainerField, advice: Advice) => after(currentValue(declared, field), advice)
  const bounds: { readonly [K in keyof NewBounds]: number | undefined } = {
    cpuRequest: value('requests.cpu', requests.cpu),
    memoryRequest: value('requests.memory', requests.memory),
    cpuLimit: value('limits.cpu', limits.cpu),
    memoryLimit: value('limits.memory', limits.memory),
  }
  return Object.fromEntries(Object.entries(bounds).filter(([, one]) => one !== undefined))
}
