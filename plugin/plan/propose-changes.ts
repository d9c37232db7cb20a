import { sourceFieldKey } from '../model/field.ts'
import type { Plan } from '../model/plan.ts'
import type { SourceChange } from './apply-decisions.ts'
import { type HoldSettings, holdEdited } from './hold-edited.ts'
import type { PlanRequest } from './plan-request.ts'
import { propose } from './propose.ts'
import type { PlanPorts } from './render-sources.ts'
import { splitByScope } from './split-by-scope.ts'
import { traceChanges } from './trace-changes.ts'
import { type KnownSources, type TracedFields, type TraceFieldsPorts, traceFields } from './trace-fields.ts'

/** What proposing adds to a plan. */
export type Proposed = Pick<Plan, 'proposal' | 'parts' | 'skipped' | 'reads'>

/** How changes are proposed. */
export type ProposeSettings = Pick<
  PlanRequest,
  'allowShared' | 'allowTemplates' | 'copyLists' | 'scopeOf' | 'hold'
>

const neverHeld: HoldSettings = { holdDays: 0, keyOf: () => '' }

/** Traces the fields of changes, and no others: what other fields share is not edited. */
export function traceSources(
  changes: readonly SourceChange[],
  known: KnownSources,
  ports: PlanPorts & ProposeSettings,
): Promise<TracedFields> {
  const { allowShared, allowTemplates = false, copyLists = false, view, renderer, progress } = ports
  const selected = new Set(changes.map(({ source }) => source))
  const wanted = new Set(changes.map(sourceFieldKey))
  const isWanted: TraceFieldsPorts['isWanted'] = ({ id }, field) =>
    wanted.has(sourceFieldKey({ ...field, source: id }))
  const policy = { allowShared, allowTemplates, copyLists }
  return traceFields(selected, known, { view, renderer, progress, ...policy, isWanted })
}

/** Edits and proves traced changes, and splits the proposal by scope. */
export async function proposeTraced(
  changes: readonly SourceChange[],
  traced: TracedFields,
  { scopeOf, hold = neverHeld, ...ports }: PlanPorts & ProposeSettings,
): Promise<Proposed> {
  const { open: tracedChanges, skipped: held } = await holdEdited(
    traceChanges(changes, traced),
    changes,
    hold,
  )
  const proving = { ...ports, sharers: traced.sharers }
  const proposed = await propose(tracedChanges, proving)
  const whole = { ...proposed, skipped: [...held, ...proposed.skipped], reads: readsOf(traced) }
  if (whole.proposal === undefined || scopeOf === undefined) return whole
  const split = await splitByScope(whole.proposal, tracedChanges, { ...proving, scopeOf })
  return { ...whole, parts: split.parts, skipped: [...whole.skipped, ...split.skipped] }
}

const readsOf = ({ sharers }: TracedFields): readonly string[] => [
  ...new Set(sharers.flatMap(({ source, files }) => [...files, source.path])),
]
