import { triggerKeys } from '../model/cron-schedule.ts'
import { fieldLabel } from '../model/field.ts'
import type { FindPersonEdit, PersonEdit } from '../model/person-edit.ts'
import type { Skipped } from '../model/proposal.ts'
import type { ScalarSite, Site } from '../model/site.ts'
import { workloadLabel } from '../model/workload.ts'
import type { SourceChange } from './apply-decisions.ts'
import { tracedGroupKey } from './change-group.ts'
import type { TracedChange } from './traced-change.ts'

/** Values that people changed are held for some days. */
export interface HoldSettings {
  readonly personEdit?: FindPersonEdit | undefined
  readonly holdDays: number
  /** The change key of a field, as trailers have it. */
  readonly keyOf: (change: SourceChange) => string
}

interface Held {
  readonly open: readonly TracedChange[]
  readonly skipped: readonly Skipped[]
}

/**
 * Separates the changes of values that a person changed lately, with their change groups. A kill that is newer than the edit is
 * still answered.
 */
export async function holdEdited(
  traced: readonly TracedChange[],
  changes: readonly SourceChange[],
  { personEdit, holdDays, keyOf }: HoldSettings,
): Promise<Held> {
  if (personEdit === undefined || holdDays === 0) return { open: traced, skipped: [] }
  const editOf = async ({ trace: { site }, change }: TracedChange): Promise<PersonEdit | undefined> => {
    const source = changes.find((one) => one === change)
    if (site === null || source === undefined) return undefined
    const edits = await Promise.all(scalarsIn(site).map((one) => personEdit(one, keyOf(source))))
    const edit = edits.find((one) => one !== undefined && one.daysAgo < holdDays)
    if (edit === undefined) return undefined
    return source.answersKill !== undefined && source.answersKill.days < edit.daysAgo ? undefined : edit
  }
  const groups = new Map<string, { readonly one: TracedChange; readonly edit: PersonEdit }>()
  for (const one of traced) {
    const edit = await editOf(one)
    if (edit !== undefined && !groups.has(tracedGroupKey(one))) groups.set(tracedGroupKey(one), { one, edit })
  }
  if (groups.size === 0) return { open: traced, skipped: [] }
  return {
    open: traced.filter((one) => !groups.has(tracedGroupKey(one))),
    skipped: traced.flatMap((one): readonly Skipped[] => {
      const cause = groups.get(tracedGroupKey(one))
      return cause === undefined ? [] : [skip(one, cause, holdDays)]
    }),
  }
}

/** The scalars that set a value: one, or those of the triggers of a schedule. */
function scalarsIn(site: Site): readonly Pick<ScalarSite, 'file' | 'document' | 'path'>[] {
  if (site.kind === 'scalar') return [site]
  if (site.kind !== 'list') return []
  return site.triggers.flatMap((path) =>
    triggerKeys.map((key) => ({
      file: site.file,
      document: site.document,
      path: [...path, 'metadata', key],
    })),
  )
}

function skip(
  one: TracedChange,
  { one: cause, edit }: { readonly one: TracedChange; readonly edit: PersonEdit },
  holdDays: number,
): Skipped {
  const what = one === cause ? 'this value' : fieldLabel(cause)
  const { site, source } = one.trace
  return {
    source,
    ...(one.change.cluster === undefined ? {} : { cluster: one.change.cluster }),
    namespace: one.workload.namespace,
    workload: workloadLabel(one.workload),
    field: fieldLabel(one),
    ...(site === null ? {} : { place: `${site.file}:${site.line}:${site.column}` }),
    reason: `${edit.by} changed ${what} on ${edit.at.slice(0, 10)}; it is held for ${holdDays} days`,
  }
}
