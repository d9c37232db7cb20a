import { isOwnTrigger } from '../../model/cron-triggers.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { triggersIn } from '../../model/scaler.ts'
import type { ListSite, PatchSite, Trace } from '../../model/site.ts'
import type { Source } from '../../model/source.ts'
import { renderOrNone } from '../dye/render-marked.ts'
import type { TracedSource } from '../dye/trace-source.ts'
import { overrideLayer } from '../override/layer.ts'
import { patchOverride } from '../override/object-patch.ts'
import type { OverrideContext } from '../override/override.ts'
import { pointerTo } from '../override/patch.ts'
import { takesValues } from '../override/values.ts'
import { nameAtSite, nameToPatch } from '../override/written-name.ts'
import type { SourceFiles } from '../sources/source-files.ts'
import { addressOf, nowhere } from '../unresolved-trace.ts'
import { isLayerOf } from '../untraced-readers.ts'
import { allTriggerTypes, type MarkedLists, markTriggers, triggerTypes } from './trigger-lists.ts'

interface ScheduleContext extends OverrideContext {
  /** Sources that could not be traced, by each file they read. */
  readonly untraced: ReadonlyMap<string, readonly SourceFiles[]>
}

type Found = NonNullable<ReturnType<MarkedLists['triggerOf']>>

/**
 * Where the cron triggers of a ScaledObject go: the list in Git that its triggers come from, or a patch where other sources take
 * theirs from that list too. The list is found by a rendering in which the types of the triggers are markers.
 */
export async function traceSchedule(
  traced: TracedSource,
  field: ManifestField,
  context: ScheduleContext,
): Promise<Trace> {
  const { source, inputs, rendering } = traced
  const object = rendering.objects[field.object]
  const marked = await markTriggers(inputs, new Set(triggerTypes(object)), context.view)
  const objects = await renderOrNone(source, context.view.with(marked.texts), context)
  if (objects === undefined)
    return nowhere(traced, field, 'the source does not render with markers in its triggers')
  const origins = triggerTypes(objects[field.object]).map(marked.triggerOf)
  const found = chosenList(triggersIn(object).map(isOwnTrigger), origins)
  if (typeof found === 'string') return nowhere(traced, field, reasonWithoutList(traced, found))
  const { site, input } = found
  const reach = { sources: [source.id], containers: 1 }
  const known = { ...addressOf(traced, field), site, reach, sharedWith: [], override: null }
  const others = await sharersOf(found, { traced, marked, context })
  const alone = others.length === 0 && input.frozen === undefined && input.role !== 'external'
  if (alone) return { ...known, chosen: 'site' }
  const reason = input.frozen ?? whyNotEdited(found, others)
  const override = await patchFor(traced, field, { site, context })
  return override === null
    ? { ...known, chosen: null, reason: `${reason}, and this source has no place for an override` }
    : { ...known, override, chosen: 'override', reason }
}

/**
 * The list to edit: that of our own triggers, else that of the last trigger whose list is known. A text where there is none, or where
 * ours are in several.
 */
function chosenList(
  own: readonly boolean[],
  origins: readonly (Found | undefined)[],
): Found | 'unknown' | 'several' {
  const ofOurs = origins.filter((_, index) => own[index])
  const known = ofOurs.filter((one) => one !== undefined)
  if (known.length < ofOurs.length) return 'unknown'
  if (new Set(known.map((one) => placeOf(one.site))).size > 1) return 'several'
  const found = known[0] ?? origins.findLast((one) => one !== undefined)
  if (found === undefined) return 'unknown'
  return { ...found, site: { ...found.site, triggers: known.map(({ path }) => path) } }
}

const placeOf = ({ file, document, path }: ListSite): string => JSON.stringify([file, document, path])

function reasonWithoutList({ inputs }: TracedSource, found: 'unknown' | 'several'): string {
  if (found === 'several') return 'its cron triggers are in several lists; move them into one'
  return takesValues(inputs)
    ? 'its triggers are not a list in the values of the chart; let the template take `triggers` from there'
    : 'no list of triggers in the files of the source sets them'
}

const whyNotEdited = ({ input, site }: Found, others: readonly string[]): string => {
  if (input.role === 'external')
    return 'the triggers are a default of the chart, which is not in this repository'
  const names = others.length > 2 ? `${others.length} other sources` : others.join(' and ')
  return `an edit of the list in ${site.file} also changes ${names}`
}

interface Sharing {
  readonly traced: TracedSource
  readonly marked: MarkedLists
  readonly context: ScheduleContext
}

/** What else takes triggers from a list: other sources, and other ScaledObjects of this one. */
async function sharersOf({ site }: Found, { traced, marked, context }: Sharing): Promise<readonly string[]> {
  const { readers, untraced, view, renderer } = context
  const markedView = view.with(marked.texts)
  const uses = async (source: Source): Promise<number> => {
    const objects = await renderOrNone(source, markedView, { renderer, view })
    if (objects === undefined) return source.id === traced.source.id ? 0 : 1
    const isOf = (marker: string): boolean => {
      const trigger = marked.triggerOf(marker)
      return trigger !== undefined && placeOf(trigger.site) === placeOf(site)
    }
    return allTriggerTypes(objects).filter((types) => types.some(isOf)).length
  }
  const layers = (untraced.get(site.file) ?? []).filter((one) => isLayerOf(one, traced.inputs, renderer))
  const others = (readers.get(site.file) ?? []).filter(
    ({ id }) => id !== traced.source.id && !layers.some((layer) => layer.source.id === id),
  )
  const names: string[] = (await uses(traced.source)) > 1 ? ['another ScaledObject'] : []
  for (const other of others) if ((await uses(other)) > 0) names.push(other.id)
  return names
}

/** A patch of the ScaledObject that adds triggers; `null` where the source has no place for it. */
async function patchFor(
  traced: TracedSource,
  field: ManifestField,
  { site, context }: { readonly site: ListSite; readonly context: ScheduleContext },
): Promise<PatchSite | null> {
  const { rendering, inputs } = traced
  const layer = overrideLayer(traced, undefined, context)
  const { overrides } = context.renderer.kindOf(layer.source)
  if (!overrides.includes('patch') || takesValues(inputs)) return null
  const object = rendering.objects[field.object]
  const written = await nameAtSite(site, context.view)
  const place = await patchOverride(
    {
      ...{ workload: field.workload, field: field.field, object: field.autoscaler ?? field.workload },
      ...{ pointer: pointerTo(object, field.path), manifest: site.file },
      ...(written === undefined ? {} : { written: nameToPatch(written, object) }),
    },
    layer,
    context,
  )
  return place?.kind === 'patch' && place.inside === undefined ? place : null
}
