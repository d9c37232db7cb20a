import type { DeclaredWorkload } from '../model/declared.ts'
import { matchesRule, type RuleMatch } from '../model/rule-match.ts'
import type { DeclaredPolicy, ScalingPolicy } from '../model/scaling-policy.ts'
import { type Advice, advise, reason } from './advice.ts'
import type { ResourcePolicy, WorkloadInput } from './workload-input.ts'

/** A rule of settings that sets scaling policies; every part of `match` that is given must match. */
export interface PolicyRule {
  readonly match: RuleMatch
  readonly cpu?: ScalingPolicy | undefined
  readonly memory?: ScalingPolicy | undefined
  /** Least and most of a request: quantities by resource. */
  readonly minimum?: RuleAmounts | undefined
  readonly maximum?: RuleAmounts | undefined
}

/** Quantities of a rule, as written. */
export interface RuleAmounts {
  readonly cpu?: string | undefined
  readonly memory?: string | undefined
}

interface PolicySources {
  readonly cluster: string | undefined
  readonly declared: DeclaredWorkload
  /** Policies of objects in the cluster. */
  readonly live?: readonly DeclaredPolicy[] | undefined
}

/**
 * Returns a function that looks up the policy of a resource of a container. In order of precedence: the last matching rule
 * of settings, the last policy in the manifests, the last policy in the cluster, and `On`, which follows the HPA.
 */
export function policyOf(rules: readonly PolicyRule[], sources: PolicySources): WorkloadInput['policy'] {
  const {
    cluster,
    declared: { workload },
  } = sources
  const policies = [...(sources.live ?? []), ...(sources.declared.policies ?? [])]
  return (container, resource): ResourcePolicy => {
    const matching = policies.filter(
      (one) => one.resource === resource && (one.container ?? container) === container,
    )
    const declared = matching.findLast(({ policy }) => policy !== undefined)
    const ruled = rules.findLast(
      (rule) => rule[resource] !== undefined && matchesRule(rule.match, { cluster, workload, container }),
    )?.[resource]
    const bound = (key: 'minimum' | 'maximum') => matching.findLast((one) => one[key] !== undefined)?.[key]
    const [minimum, maximum] = [bound('minimum'), bound('maximum')]
    return {
      policy: ruled ?? declared?.policy ?? 'On',
      said: ruled === undefined ? (declared?.said ?? '') : 'settings',
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    }
  }
}

/** The reason for a value whose scaling is turned off; `said` is what turned it off. */
export const turnedOff = ({ said }: ResourcePolicy) => reason('policy.off', `Turned off by ${said}.`)

/**
 * Applies a policy to a value. Returns the current value when the policy is `Off`, or `Horizontal` without an HPA that
 * scales the resource; else the result of `decideIt`, which is called only then.
 */
export function underPolicy(
  policy: ResourcePolicy,
  from: number | undefined,
  { scaled, decideIt }: { readonly scaled: boolean; readonly decideIt: () => Advice },
): Advice {
  if (from === undefined) return decideIt()
  if (policy.policy === 'Off') return advise(from, turnedOff(policy))
  if (policy.policy === 'Horizontal' && !scaled) {
    const text = `The policy set by ${policy.said} is Horizontal: the number of pods changes, not their size.`
    return advise(from, reason('policy.horizontal', text))
  }
  return decideIt()
}

/** Clamps a request to the minimum and maximum of its policy, and adds the reason when that changes it. */
export function withinBounds(advice: Advice, { minimum, maximum, said }: ResourcePolicy): Advice {
  if (advice.kind === 'unsure') return advice
  const value = Math.max(Math.min(advice.value, maximum ?? advice.value), minimum ?? 0)
  if (value === advice.value) return advice
  const text = `Kept within the bounds set by ${said === '' ? 'its owners' : said}.`
  return advise(value, ...advice.because, reason('policy.bounds', text))
}
