import * as z from 'zod'
import type { NamespaceBounds } from './live.ts'

const metadata = z.object({ name: z.string(), namespace: z.string().default('default') })
const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional()

const aspects = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const
export const limitRangeSchema = z.object({
  metadata,
  spec: z.object({
    limits: z
      .array(
        z.object({
          type: z.string(),
          min: quantities,
          max: quantities,
          default: quantities,
          defaultRequest: quantities,
          maxLimitRequestRatio: quantities,
        }),
      )
      .default([]),
  }),
})

export const quotaSchema = z.object({
  metadata,
  spec: z.object({ hard: quantities }),
  status: z.object({ used: quantities }).optional(),
})

/** The bounds of all namespaces. */
export function namespaceBounds(
  ranges: readonly z.infer<typeof limitRangeSchema>[],
  quotas: readonly z.infer<typeof quotaSchema>[],
): readonly NamespaceBounds[] {
  return [
    ...ranges.map(
      ({ metadata: { namespace, name }, spec: { limits } }): NamespaceBounds => ({
        kind: 'LimitRange',
        namespace,
        name,
        bounds: Object.fromEntries(
          limits.flatMap((limit) =>
            aspects.flatMap((aspect) =>
              Object.entries(limit[aspect] ?? {}).map(([what, value]) => [
                `${limit.type}.${aspect}.${what}`,
                value,
              ]),
            ),
          ),
        ),
      }),
    ),
    ...quotas.map(
      ({ metadata: { namespace, name }, spec, status }): NamespaceBounds => ({
        kind: 'ResourceQuota',
        namespace,
        name,
        bounds: Object.fromEntries(
          Object.entries(spec.hard ?? {}).map(([what, value]) => [`hard.${what}`, value]),
        ),
        ...(status?.used === undefined ? {} : { used: status.used }),
      }),
    ),
  ]
}

export const budgetSchema = z.object({
  metadata,
  spec: z.object({
    minAvailable: z.union([z.string(), z.number()]).transform(String).nullish(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }).nullish(),
  }),
  status: z.object({ disruptionsAllowed: z.number().default(0) }).optional(),
})

type PodBudget = z.infer<typeof budgetSchema>

/** The labels of the pods of a workload. */
interface LabelledPods {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

const selecting = (
  budgets: readonly PodBudget[],
  { namespace, labels }: LabelledPods,
): readonly PodBudget[] =>
  budgets.filter(({ metadata: own, spec }) => {
    const wanted = Object.entries(spec.selector?.matchLabels ?? {})
    return (
      own.namespace === namespace &&
      wanted.length > 0 &&
      wanted.every(([name, value]) => labels[name] === value)
    )
  })

/** The fewest disruptions that any budget allows for pods with these labels; `undefined` when no budget selects them. */
export function disruptionsAllowed(budgets: readonly PodBudget[], pods: LabelledPods): number | undefined {
  const own = selecting(budgets, pods)
  return own.length === 0 ? undefined : Math.min(...own.map(({ status }) => status?.disruptionsAllowed ?? 0))
}

/** The budgets that keep a number or share of pods with these labels available; `undefined` when there are none. */
export function keptAvailable(
  budgets: readonly PodBudget[],
  pods: LabelledPods,
): readonly { readonly name: string; readonly minAvailable: string }[] | undefined {
  const own = selecting(budgets, pods).flatMap(({ metadata: { name }, spec: { minAvailable } }) =>
    minAvailable === undefined || minAvailable === null ? [] : [{ name, minAvailable }],
  )
  return own.length === 0 ? undefined : own
}
