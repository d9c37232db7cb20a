import { type FieldAddress, isContainerField } from '../../model/field.ts'
import { textOf, valueAt } from '../../model/json.ts'
import { type ManifestField, workloadsOf } from '../../model/manifest.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { InsertSite, PatchSite, ScalarSite, Site } from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import { workloadKey } from '../../model/workload.ts'
import type { Candidate } from '../dye/candidate.ts'
import { isEnvFile } from '../dye/env-lines.ts'
import type { TracedSource } from '../dye/trace-source.ts'
import { overrideLayer, type Readers } from './layer.ts'
import { objectPatch, patchOverride } from './object-patch.ts'
import type { FieldOverride } from './patch.ts'
import { containerPlace, pointerTo } from './patch.ts'
import { copiedListOverride, ownResourcesOverride, takesValues, valuesOverride } from './values.ts'
import { nameAtSite, nameInManifests, nameToPatch } from './written-name.ts'

/** What a search for overrides needs. */
export interface OverrideContext extends Readers {
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
  /** Whether a list of values may be copied into the override. */
  readonly copyLists?: boolean | undefined
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
  const isEdited = alone && candidate.topLayer && candidate.frozen === undefined
  if (isEdited && !isEnvFile(candidate.file)) return site
  // The options beside a source win over everything that its Application says.
  if (candidate.role === 'parameters') return null
  const { view, renderer } = context
  const layer = overrideLayer(traced, candidate, context)
  const { overrides } = renderer.kindOf(layer.source)
  const byValues =
    overrides.includes('values') && (takesValues(layer.inputs) || isReleaseValue(candidate, traced))
  const wanted = { field, traced, layer, ports: { view, renderer } }
  const value = byValues ? await valuesOverride(candidate, wanted) : null
  if (value !== null) return withAffix(value, site)
  const own = byValues && !alone ? await ownResourcesOverride(wanted) : null
  if (own !== null) return own
  const copied = byValues && request.copyLists === true ? await copiedListOverride(candidate, wanted) : null
  if (copied !== null) return withAffix(copied, site)
  if (!overrides.includes('patch')) return null
  if (takesValues(layer.inputs)) {
    const patch = await postRenderPatch(traced, field, context)
    // What renders a chart alone applies no patches.
    if (patch !== null || !layer.inputs.some(isKustomization)) return patch
  }
  return patchOverride(await fieldOverride(request), layer, context)
}

/** An override of the same values key: the source adds the same to its value. */
const withAffix = (override: InsertSite | PatchSite, { affix }: ScalarSite): Site =>
  affix === undefined ? override : { ...override, affix }

const isKustomization = ({ role, levelsUp }: InputFile): boolean =>
  role === 'kustomization' && levelsUp === undefined

/** A patch of what a chart renders to, in the object that declares its release; `null` for a field of no workload. */
export async function postRenderPatch(
  { source, inputs, rendering }: TracedSource,
  field: FieldAddress,
  context: OverrideContext,
): Promise<Site | null> {
  if (!isRelease(source) || !isContainerField(field.field)) return null
  const { workload } = field
  const found = workloadsOf(rendering.objects, workload.namespace).find(
    (one) => workloadKey(one.workload) === workloadKey(workload),
  )
  const namespace = textOf(valueAt(found && rendering.objects[found.object], ['metadata', 'namespace']))
  const written = { name: workload.name, ...(namespace === undefined ? {} : { namespace }) }
  const place = containerPlace(rendering.objects, field)
  const layer = overrideLayer({ source, inputs }, undefined, context)
  return objectPatch({ ...field, object: workload, ...place, written }, { ...layer, of: 'chart' }, context)
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
  const object = field.autoscaler ?? field.workload
  return {
    workload: field.workload,
    field: field.field,
    ...(field.container === undefined ? {} : { container: field.container }),
    object,
    ...placeInObject(field, traced),
    ...(written === undefined
      ? {}
      : { written: nameToPatch(written, traced.rendering.objects[field.object]) }),
    ...(candidate.role === 'manifest' ? { manifest: candidate.file } : {}),
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
