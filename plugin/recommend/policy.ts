import type { DeclaredWorkload } from '../model/declared.ts'
import { isAbout, type RuleMatch } from '../model/rule-match.ts'
import type { DeclaredPolicy, ScalingPolicy } from '../model/scaling-policy.ts'
import { type Advice, advise, reason } from './advice.ts'
import type { ResourcePolicy, WorkloadInput } from './workload-input.ts'

/** An exception that owners wrote: every part of `match` that is given must hold. */
export interface PolicyRule {
  readonly match: RuleMatch
  readonly cpu?: ScalingPolicy | undefined
  readonly memory?: ScalingPolicy | undefined
}

interface Context {
  readonly cluster: string | undefined
  readonly declared: DeclaredWorkload
  /** What objects in the cluster say. */
  readonly seen?: readonly DeclaredPolicy[] | undefined
}

/**
 * Who decides how a resource is scaled: settings before manifests, the later before the earlier, manifests before what
 * is in the cluster, its HPA where nobody says.
 */
export function policyOf(rules: readonly PolicyRule[], context: Context): WorkloadInput['policy'] {
  const {
    cluster,
    declared: { workload },
  } = context
  const policies = [...(context.seen ?? []), ...(context.declared.policies ?? [])]
  return (container, resource): ResourcePolicy => {
    const fitting = policies.filter(
      (one) => one.resource === resource && (one.container ?? container) === container,
    )
    const declared = fitting.findLast(({ policy }) => policy !== undefined)
    const ruled = rules.findLast(
      (rule) => rule[resource] !== undefined && isAbout(rule.match, { cluster, workload, container }),
    )?.[resource]
    const bound = (key: 'minimum' | 'maximum') => fitting.findLast((one) => one[key] !== undefined)?.[key]
    const [minimum, maximum] = [bound('minimum'), bound('maximum')]
    return {
      policy: ruled ?? declared?.policy ?? 'On',
      said: ruled === undefined ? (declared?.said ?? '') : 'settings',
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    }
  }
}

/** The advice that a policy leaves over: what is off, or scaled by pods that no target counts, stays as it is. */
export function underPolicy(
  { policy, said }: ResourcePolicy,
  from: number | undefined,
  { scaled, decideIt }: { readonly scaled: boolean; readonly decideIt: () => Advice },
): Advice {
  if (from === undefined) return decideIt()
  if (policy === 'Off') return advise(from, reason('policy.off', `switched off in ${said}`))
  if (policy === 'Horizontal' && !scaled)
    return advise(from, reason('policy.horizontal', `scaled by the number of pods, says ${said}`))
  return decideIt()
}

/** Holds a request within the bounds that its owners set. */
export function withinBounds(advice: Advice, { minimum, maximum, said }: ResourcePolicy): Advice {
  if (advice.kind === 'unsure') return advice
  const value = Math.max(Math.min(advice.value, maximum ?? advice.value), minimum ?? 0)
  if (value === advice.value) return advice
  const text = `held within the bounds that ${said === '' ? 'its owners' : said} set`
  return advise(value, ...advice.because, reason('policy.bounds', text))
}
