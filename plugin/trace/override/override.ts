import { type FieldAddress, isContainerField } from '../../model/field.ts'
import { textOf, valueAt } from '../../model/json.ts'
import { type ManifestField, workloadsOf } from '../../model/manifest.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { ScalarSite, Site } from '../../model/site.ts'
import type { RepositoryView, Source } from '../../model/source.ts'
import { isRelease, sourceChain } from '../../model/source.ts'
import { workloadKey } from '../../model/workload.ts'
import type { Candidate } from '../dye/candidate.ts'
import { isEnvFile } from '../dye/env-lines.ts'
import type { TracedSource } from '../dye/trace-source.ts'
import { declaredPatches } from './declaration.ts'
import type { FieldOverride } from './patch.ts'
import { containerPlace, patchSite, pointerTo, topLayerOverride } from './patch.ts'
import { upChain } from './up-chain.ts'
import type { OverrideLayer } from './values.ts'
import { takesValues, valuesOverride } from './values.ts'
import { nameAtSite, nameInManifests } from './written-name.ts'

/** What a search for overrides needs. */
export interface OverrideContext {
  /** The sources that read a file, by file. */
  readonly readers: ReadonlyMap<string, readonly Source[]>
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** A field with its source line, for which an override is searched. */
export interface OverrideRequest {
  readonly traced: TracedSource
  readonly field: ManifestField
  readonly candidate: Candidate
  readonly site: ScalarSite
  readonly context: OverrideContext
  /** Whether no other field takes its value from the source line. */
  readonly alone: boolean
}

/**
 * Where an override of a field would go for its source alone, by the strategies of the source's kind; the source line
 * itself when it is in the top layer and sets no other field. `null` when there is no place.
 */
export async function overrideOf(request: OverrideRequest): Promise<Site | null> {
  const { traced, field, candidate, site, context, alone } = request
  if (candidate.role === 'template') return postRenderPatch(traced, field, context)
  if (alone && candidate.topLayer && !isEnvFile(candidate.file)) return site
  // The options beside a source win over everything that its Application says.
  if (candidate.role === 'parameters') return null
  const { view, renderer } = context
  const layer = overrideLayer(traced, candidate, context)
  const { overrides } = renderer.kindOf(layer.source)
  const byValues =
    overrides.includes('values') && (takesValues(layer.inputs) || isReleaseValue(candidate, traced))
  const value = byValues
    ? await valuesOverride(candidate, { field, traced, layer, ports: { view, renderer } })
    : null
  if (value !== null) return site.affix === undefined ? value : { ...value, affix: site.affix }
  if (!overrides.includes('patch')) return null
  if (takesValues(layer.inputs)) {
    const patch = await postRenderPatch(traced, field, context)
    if (patch !== null) return patch
  }
  return patchOverride(await fieldOverride(request), layer, context)
}

/** A patch of what a chart renders to, in the object that declares its release; `null` for a field of no workload. */
export async function postRenderPatch(
  { source, inputs, rendering }: TracedSource,
  field: FieldAddress,
  { view, renderer }: OverrideContext,
): Promise<Site | null> {
  if (!isRelease(source) || !isContainerField(field.field)) return null
  const list = await declaredPatches({ source, inputs, of: 'chart' }, { view, renderer })
  if (list === undefined) return null
  const { workload } = field
  const found = workloadsOf(rendering.objects, workload.namespace).find(
    (one) => workloadKey(one.workload) === workloadKey(workload),
  )
  const namespace = textOf(valueAt(found && rendering.objects[found.object], ['metadata', 'namespace']))
  const written = { name: workload.name, ...(namespace === undefined ? {} : { namespace }) }
  const place = containerPlace(rendering.objects, field)
  return patchSite(list, { ...field, object: workload, ...place, written }, view)
}

async function fieldOverride({
  traced,
  field,
  candidate,
  site,
  context,
}: OverrideRequest): Promise<FieldOverride> {
  // A patch with a target may use any name for its object; the manifest has the object's own name.
  const written =
    candidate.role === 'manifest'
      ? await nameAtSite(site, context.view)
      : await nameInManifests(field, traced.inputs, context.view)
  return {
    workload: field.workload,
    field: field.field,
    ...(field.container === undefined ? {} : { container: field.container }),
    object: field.autoscaler ?? field.workload,
    ...placeInObject(field, traced),
    ...(written === undefined ? {} : { written }),
  }
}

/** Whether a candidate is a value in the object that declares the traced source, in whatever form. */
const isReleaseValue = ({ levelsUp }: Candidate, traced: TracedSource): boolean =>
  levelsUp === 1 && takesValues(traced.inputs)

function placeInObject(field: ManifestField, { rendering }: TracedSource) {
  const object = rendering.objects[field.object]
  if (field.container !== undefined && field.autoscaler === undefined)
    return containerPlace(rendering.objects, field)
  // Targets are in lists without keys to merge by.
  return field.field.startsWith('hpa.target.') ? { pointer: pointerTo(object, field.path) } : {}
}

/** Where overrides are searched: in the source itself, or in the source up the chain whose values set the field. */
export function overrideLayer(
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  candidate: Pick<Candidate, 'levelsUp' | 'role'> | undefined,
  { readers }: Pick<OverrideContext, 'readers'>,
): OverrideLayer {
  const own = new Set(sourceChain(source).map(({ id }) => id))
  const isShared = (file: string): boolean => (readers.get(file) ?? []).some(({ id }) => !own.has(id))
  const parent = source.declaredIn?.id
  const isReadBesideParent = (file: string): boolean =>
    (readers.get(file) ?? []).some((one) => !sourceChain(one).some(({ id }) => id === parent))
  const isValue = candidate?.role === 'values' || candidate?.role === 'chart-values'
  const levels = isValue ? (candidate.levelsUp ?? 0) : 0
  return { ...upChain({ source, inputs }, levels), isShared, isReadBesideParent }
}

/** A patch in the top layer when the source is deployed once, otherwise in the object that declares the source. */
export async function patchOverride(
  override: FieldOverride,
  { source, inputs, isShared }: OverrideLayer,
  { view, renderer }: Pick<OverrideContext, 'view' | 'renderer'>,
): Promise<Site | null> {
  const own = await topLayerOverride(override, inputs, view)
  if (!isRelease(source) || (own !== null && !isShared(own.file))) return own
  const list = await declaredPatches({ source, inputs }, { view, renderer })
  return list === undefined ? null : patchSite(list, override, view)
}
