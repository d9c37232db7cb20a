import type { DeclaredWorkload } from '../model/declared.ts'
import type { Reason, Recommendation } from '../model/recommendation.ts'

/**
 * The recommendations for fields that Git declares. A request that Kubernetes takes from the limit is none: its reasons go to
 * the limit, which is the value to edit.
 */
export function withoutImplied(
  recommendations: readonly Recommendation[],
  { containers }: DeclaredWorkload,
): readonly Recommendation[] {
  const implied = new Map(containers.map(({ name, implied: fields = [] }) => [name, new Set<string>(fields)]))
  const isImplied = ({ container = '', field }: Recommendation): boolean =>
    implied.get(container)?.has(field) ?? false
  const reasons = new Map<string, readonly Reason[]>()
  for (const one of recommendations)
    if (one.verdict !== 'unsure' && isImplied(one))
      reasons.set(`${one.container} ${one.field.replace('requests', 'limits')}`, one.because)
  if (reasons.size === 0) return recommendations.filter((one) => !isImplied(one))
  return recommendations.flatMap((one) => {
    if (isImplied(one)) return []
    const because = one.verdict === 'unsure' ? undefined : reasons.get(`${one.container} ${one.field}`)
    return one.verdict === 'unsure' || because === undefined
      ? [one]
      : [{ ...one, because: [...because, ...one.because] }]
  })
}
