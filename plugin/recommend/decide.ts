import type { Recommendation } from '../model/recommendation.ts'
import { type Advice, advise } from './advice.ts'
import { cpuGroup } from './change-groups.ts'
import { containerAdvice, unsureOf } from './decide-container.ts'
import { scaledCpu } from './decide-scaled.ts'
import type { Evidence } from './evidence.ts'
import { turnedOff } from './policy.ts'
import type { Profile } from './profile.ts'
import type { RecommendOptions } from './recommend-options.ts'
import { declaredValue } from './replay/apply.ts'
import { toRecommendation } from './to-recommendation.ts'
import type { ContainerInput, WorkloadInput } from './workload-input.ts'

/** Decides every field of one workload by the rules of a profile; fields that must change together are decided together. */
export function decideWorkload(
  subject: WorkloadInput,
  profile: Profile,
  options: RecommendOptions,
): readonly Recommendation[] {
  const { declared, observation } = subject
  if (observation === undefined) return everyField(subject, noUsage)
  if (observation.unhealthy !== undefined) return everyField(subject, `Skipped: ${observation.unhealthy}`)
  const rules = { evidence: { observation, options }, profile }
  const containers = declared.containers.flatMap((container): ContainerInput[] => {
    const usage = observation.containers.find(({ container: name }) => name === container.name)
    return usage === undefined || container.role === 'init' ? [] : [{ declared: container, usage }]
  })
  const scaled = scaledCpu(subject, containers, rules)
  return [
    ...declared.containers.flatMap((container) => {
      const own = containers.find((one) => one.declared === container)
      if (own === undefined) return unsureOf(subject, container, withoutUsage(container.role))
      return containerAdvice(subject, own, { ...rules, joint: scaled.requests.get(container.name) })
    }),
    ...replicaAdvice(subject, rules),
    ...scaled.targets.map(({ container, from, advice }) =>
      toRecommendation(
        {
          together: cpuGroup(subject, container ?? ''),
          workload: declared.workload,
          container,
          field: 'hpa.target.cpu',
          from,
        },
        advice,
      ),
    ),
  ]
}

const noUsage =
  'No usage found for this workload; check `labels` and `namespaces` of its cluster in tortoise.yaml'

const withoutUsage = (role: 'main' | 'init' | 'sidecar'): string =>
  role === 'init' ? 'Init containers are not sized' : 'No usage found for this container'

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
    const decided: Advice = off === undefined ? advice : advise(from, turnedOff(off))
    const field = { workload: declared.workload, container: undefined, from, together: `${name} of pods` }
    return [toRecommendation({ ...field, field: `hpa.${key}` }, decided)]
  })
}
