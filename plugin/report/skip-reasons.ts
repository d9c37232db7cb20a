import type { Plan } from '../model/plan.ts'
import { workloadLabel } from '../model/workload.ts'

/** Why a workload is skipped, in a small closed set, because the sentences have names and figures in them. */
export const skipKinds = [
  'decided_by_reviewer',
  'changed_by_person',
  'waits_for_budget',
  'waits_for_wave',
  'no_usage',
  'too_little_history',
  'not_healthy',
  'refuted',
  'shared_line',
  'not_editable',
  'report_only',
  'source_failed',
  'invalid_value',
  'not_sized',
  'other',
] as const
export type SkipKind = (typeof skipKinds)[number]

const patterns: readonly (readonly [SkipKind, RegExp])[] = [
  ['decided_by_reviewer', /^(snoozed|declined|ignored|pinned|reverted|set by a person|flips)\b/],
  ['changed_by_person', /it is held for \d+ days?|edited by a person/],
  ['waits_for_budget', /^waits for the budget/],
  ['waits_for_wave', /^waits\b|^not changed here|^runs in no earlier wave/],
  ['report_only', /^only reported/],
  ['refuted', /^the rendering refutes/],
  ['not_healthy', /^Skipped: |has no metrics|crash|not ready|unhealthy/i],
  ['no_usage', /no usage|no samples|no data|none of its workloads run/i],
  ['too_little_history', /\b(history|days of|days with|coverage|fewer than|since its rollout|samples)\b/i],
  ['not_healthy', /rollout|pods? (?:is|are) /i],
  ['shared_line', /also (?:changes|read)|shared|other sources/i],
  ['not_sized', /(?:is|are) not sized|does not set|is not changed/],
  ['invalid_value', /not a (?:whole )?number|is not set|cannot be read/i],
  [
    'not_editable',
    /edit|override|scalar|source line|renders no such|markers|traced|notation|chart|triggers?\b|\blists?\b/i,
  ],
]

/** The kind of a reason; `other` where it is none of the known ones. */
export const skipKindOf = (reason: string): SkipKind =>
  patterns.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other'

/** How many workloads are skipped, or cannot be decided, for each kind of reason. A source that fails counts once. */
export function skippedByKind({ skipped, recommendations }: Plan): ReadonlyMap<SkipKind, number> {
  const workloads = new Map<SkipKind, Set<string>>()
  const add = (kind: SkipKind, name: string): void => {
    workloads.set(kind, (workloads.get(kind) ?? new Set()).add(name))
  }
  for (const { source = '', cluster = '', namespace = '', workload, reason } of skipped)
    add(
      workload === '' ? 'source_failed' : skipKindOf(reason),
      [source, cluster, namespace, workload].join('\0'),
    )
  for (const one of recommendations)
    if (one.verdict === 'unsure')
      add(
        skipKindOf(one.missing),
        [one.source, one.cluster ?? '', one.workload.namespace, workloadLabel(one.workload)].join('\0'),
      )
  return new Map([...workloads].map(([kind, names]) => [kind, names.size]))
}
