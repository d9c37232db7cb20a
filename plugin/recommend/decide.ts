import type { DeclaredContainer } from '../model/declared-container.ts'
import { type Observation, wholePod } from '../model/observation.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { type Advice, advise } from './advice.ts'
import { cpuGroup, memoryGroup } from './change-groups.ts'
import { containerEvidence } from './container-evidence.ts'
import { containerAdvice, unsureOf } from './decide-container.ts'
import { scaledCpu } from './decide-scaled.ts'
import type { Evidence } from './evidence.ts'
import { hasOpenKills, loopsOfKills } from './kills.ts'
import { turnedOff } from './policy.ts'
import type { Profile } from './profile.ts'
import type { RecommendOptions } from './recommend-options.ts'
import { declaredValue } from './replay/apply.ts'
import { scaledMemory } from './scaled-memory.ts'
import { aboveBudgets } from './shared-bounds.ts'
import { correctionsAlone, isTooLarge } from './stuck-rollout.ts'
import { toRecommendation } from './to-recommendation.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** Decides every field of one workload by the rules of a profile; fields that must change together are decided together. */
export function decideWorkload(
  subject: WorkloadInput,
  profile: Profile,
  options: RecommendOptions,
): readonly Recommendation[] {
  const { observation } = subject
  if (observation === undefined) return everyField(subject, noUsage)
  const skipped = observation.unhealthy && `Skipped: ${observation.unhealthy}`
  const isLoop = loopsOfKills(observation)
  if (skipped !== undefined && !isLoop && !isTooLarge(observation)) return everyField(subject, skipped)
  const evidence = { observation, options, wasRecorded: subject.wasRecorded }
  const decided = decideFields(subject, observation, { evidence, profile })
  if (skipped === undefined) return decided
  return isLoop ? answersAlone(decided, observation, skipped) : correctionsAlone(decided, skipped)
}

/**
 * Of a workload that is skipped, the raises that answer OOM kills, and nothing else: a crash loop of kills ends with more
 * memory.
 */
function answersAlone(
  decided: readonly Recommendation[],
  { containers }: Observation,
  skipped: string,
): readonly Recommendation[] {
  const killed = new Set(containers.filter(hasOpenKills).map(({ container }) => container))
  const raised = new Set(
    decided.flatMap((one) =>
      one.verdict === 'change' &&
      killed.has(one.container ?? '') &&
      one.field.endsWith('.memory') &&
      one.to > one.from
        ? [one.together]
        : [],
    ),
  )
  return decided.map((one) => {
    if (one.verdict === 'change' && raised.has(one.together)) return one
    const { workload, container, field } = one
    return {
      workload,
      ...(container === undefined ? {} : { container }),
      field,
      verdict: 'unsure',
      missing: skipped,
    }
  })
}

interface Rules {
  readonly evidence: Evidence
  readonly profile: Profile
}

function decideFields(
  subject: WorkloadInput,
  observation: Observation,
  rules: Rules,
): readonly Recommendation[] {
  const { declared } = subject
  const containers = declared.containers.flatMap((container): ContainerInput[] => {
    const usage = observation.containers.find(({ container: name }) => name === container.name)
    return usage === undefined || container.role === 'init' ? [] : [{ declared: container, usage }]
  })
  const memory = scaledMemory(subject, containers, rules)
  const memoryTargets = memory.targets.map((one) => ({ ...one, resource: 'memory' as const }))
  const scaled = scaledCpu(subject, containers, {
    ...rules,
    evidence: podEvidence(containers, rules.evidence),
  })
  return [
    ...declared.containers.flatMap((container) => {
      const own = containers.find((one) => one.declared === container)
      if (own === undefined)
        return unsureOf(subject, container, withoutUsage(container, subject, observation))
      const evidence = containerEvidence(rules.evidence, own.usage)
      return containerAdvice(subject, own, {
        ...rules,
        evidence,
        joint: scaled.requests.get(container.name),
        jointMemory: memory.requests.get(container.name),
      })
    }),
    ...replicaAdvice(subject, { ...rules, evidence: podEvidence(containers, rules.evidence) }),
    ...[...scaled.targets.map((one) => ({ ...one, resource: 'cpu' as const })), ...memoryTargets].map(
      ({ container, from, advice, resource }) =>
        toRecommendation(
          {
            together:
              resource === 'cpu' ? cpuGroup(subject, container ?? '') : memoryGroup(subject, container ?? ''),
            workload: declared.workload,
            container,
            field: `hpa.target.${resource}`,
            from,
          },
          advice,
        ),
    ),
  ]
}

/** The evidence of the pod as a whole: that of the container with the least. */
function podEvidence(containers: readonly ContainerInput[], evidence: Evidence): Evidence {
  const each = containers.map(({ usage }) => containerEvidence(evidence, usage).observation)
  if (each.length === 0) return evidence
  const [days, coverage] = [
    Math.min(...each.map((one) => one.days)),
    Math.min(...each.map((one) => one.coverage)),
  ]
  return { ...evidence, observation: { ...evidence.observation, days, coverage } }
}

const noUsage =
  'No usage found for this workload; check `labels` and `namespaces` of its cluster in tortoise.yaml'

/** Why a container has no usage: it is new, it has another name than before, or names are not recorded. */
function withoutUsage(
  { role }: DeclaredContainer,
  { declared }: WorkloadInput,
  { containers }: Observation,
): string {
  if (role === 'init') return 'Init containers are not sized'
  if (containers.some(({ container }) => container === wholePod))
    return 'Usage is recorded for whole pods, without the names of containers, and this pod has several'
  const names = new Set(declared.containers.map(({ name }) => name))
  const gone = containers.map(({ container }) => container).filter((name) => !names.has(name))
  const before =
    gone.length === 0 ? '' : `; usage is recorded for ${gone.join(', ')}, which Git no longer declares`
  return `No usage found for this container${before}`
}

const everyField = (subject: WorkloadInput, missing: string): readonly Recommendation[] =>
  subject.declared.containers.flatMap((container) => unsureOf(subject, container, missing))

/** Recommendations for the HPA's minimum and maximum. Both are kept while CPU of any container is turned off. */
function replicaAdvice(
  subject: WorkloadInput,
  { evidence, profile }: { readonly evidence: Evidence; readonly profile: Profile },
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
    const bounded =
      name === 'minimum' ? aboveBudgets(advice, from, subject.surroundings?.budgets ?? []) : advice
    const decided: Advice = off === undefined ? bounded : advise(from, turnedOff(off))
    const isJoint = decided.kind === 'value' && decided.because.some(({ rule }) => rule === 'hpa.joint')
    const [target] = declared.autoscaler?.targets ?? []
    const together = isJoint ? cpuGroup(subject, target?.container ?? '') : `${name} of pods`
    const field = { workload: declared.workload, container: undefined, from, together }
    return [toRecommendation({ ...field, field: `hpa.${key}` }, decided)]
  })
}
