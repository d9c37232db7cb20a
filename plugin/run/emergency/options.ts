import { stop } from '../../model/problem.ts'
import type { RuleMatch } from '../../model/rule-match.ts'

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const longest = 30 * units.d

/** When an emergency ends that lasts for a time (`30m`, `4h`, `2d`) from now, ISO 8601 without fractions. Throws `usage`. */
export function emergencyEnd(text: string, now: Date): string {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  const time = Number(count) * (units[unit as keyof typeof units] ?? Number.NaN)
  if (!(time > 0 && time <= longest))
    throw stop('usage', `an emergency cannot last for ${text}`, {
      hint: 'Give minutes, hours or days, 30 days at most: 30m, 4h, 2d.',
    })
  return new Date(now.getTime() + time).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** A factor for requests. Throws `usage` when it lowers them or is no number. */
export function emergencyFactor(text: string): number {
  const factor = Number(text)
  if (factor > 1 && factor <= 10) return factor
  throw stop('usage', `the factor of an emergency is ${text}`, {
    hint: 'Give a number above 1, and 10 at most: 1.5.',
  })
}

/** The workloads that an emergency names. */
interface NamedWorkloads {
  /** `[NAMESPACE/]Kind/name`. */
  readonly workloads: readonly string[]
  readonly namespaces: readonly string[]
  readonly cluster?: string | undefined
}

/** What matches the workloads that an emergency names. Throws `usage` when it names none, or for a malformed name. */
export function emergencyMatches({ workloads, namespaces, cluster }: NamedWorkloads): readonly RuleMatch[] {
  const inCluster = cluster === undefined ? {} : { cluster }
  const named = workloads.map((text): RuleMatch => {
    const parts = text.split('/')
    const [name, kind, namespace] = [...parts].reverse()
    if (!name || !kind || parts.length > 3 || parts.includes(''))
      throw stop('usage', `${text} is not the name of a workload`, {
        hint: 'Write Kind/name, or NAMESPACE/Kind/name: shop/Deployment/web.',
      })
    return { ...inCluster, workload: `${kind}/${name}`, ...(namespace === undefined ? {} : { namespace }) }
  })
  const all = [...named, ...namespaces.map((namespace) => ({ ...inCluster, namespace }))]
  if (all.length === 0)
    throw stop('usage', 'the emergency names no workload', {
      hint: 'Name workloads (Deployment/web, or shop/Deployment/web), or a namespace for all of its workloads; `tortoise emergency list` shows those that are on.',
    })
  return all
}
