import type { FieldAddress } from '../../model/field.ts'
import type { JsonObject } from '../../model/json.ts'
import { textOf, valueAt } from '../../model/json.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { InsertSite, PatchSite, YamlPath } from '../../model/site.ts'
import type { ReleaseSource, RepositoryView } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import { type DeclaredPatches, declaredPatches, writtenDeclarations } from './declaration.ts'
import { layerAround, type OverrideLayer } from './layer.ts'
import type { FieldOverride } from './patch.ts'
import { patchSite, pointerTo, topLayerOverride } from './patch.ts'
import type { WrittenName } from './written-name.ts'

interface Ports {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** A patch in the top layer when the source is deployed once, otherwise through the object that declares the source. */
export async function patchOverride(
  override: FieldOverride,
  layer: OverrideLayer,
  ports: Ports,
): Promise<InsertSite | PatchSite | null> {
  const { source, inputs, isReadBeside } = layer
  const own = await topLayerOverride(override, inputs, ports.view)
  // What it declares reads the file too, only because the declaration is in it.
  if (!isRelease(source) || (own !== null && !isReadBeside(own.file, source))) return own
  return objectPatch(override, { ...layer, of: 'kustomization' }, ports)
}

/** The list of patches that an object has: of its kustomization, or of what a chart renders to. */
type ObjectLayer = OverrideLayer & Required<Pick<DeclaredPatches, 'of'>>

/**
 * A patch in the list of patches of the object that declares a source. Where another source reads that object too, or what
 * is around it replaces its list, the patch is added to the list by a patch of the object, in the source that holds it.
 */
export async function objectPatch(
  override: FieldOverride,
  { of, ...layer }: ObjectLayer,
  ports: Ports,
): Promise<InsertSite | PatchSite | null> {
  const { source, inputs } = layer
  if (!isRelease(source)) return null
  const [object, list] = await Promise.all([
    renderedDeclaration(source, ports),
    declaredPatches({ source, inputs, of }, ports),
  ])
  const path = object && listIn(object, { of, source }, ports)
  const isOwn = list !== undefined && !layer.isReadBeside(list.file, source.declaredIn)
  const stays = JSON.stringify(path && valueAt(object, path)) === JSON.stringify(list?.written)
  if (isOwn && stays) return patchSite(list, override, ports.view)
  if (object === undefined || path === undefined || override.inside !== undefined) return null
  const { name, namespace } = await writtenName({ ...layer, source }, ports)
  const target = { ...addressOf(object, source), name }
  const inside = {
    object: target,
    ...(namespace === undefined ? {} : { namespace }),
    ...pointerTo(object, path),
  }
  const [added, around] = [{ ...override, inside }, layerAround({ ...layer, source })]
  // What replaces the list may come after the kustomization, so the last place in order is the one that wins.
  const last =
    list !== undefined && !stays ? objectPatch(added, { ...around, of: 'kustomization' }, ports) : null
  const place = (await last) ?? (await patchOverride(added, around, ports))
  return place ?? (isOwn ? patchSite(list, override, ports.view) : null)
}

function listIn(
  object: JsonObject,
  { of, source }: { readonly of: ObjectLayer['of']; readonly source: ReleaseSource },
  { renderer }: Ports,
): YamlPath | undefined {
  const format = renderer.format(source.declaredBy.kind)
  return of === 'chart' ? format?.postRenderPatchesAt?.(object) : format?.patchesAt(object)
}

/** A value in the object that declares a release. */
export interface ObjectValue {
  readonly field: FieldAddress
  readonly keys: YamlPath
}

/**
 * A patch of the object that declares a release, in the source that holds it, for a key of the values of that release. `null`
 * where the values are a text, and where there is no place.
 */
export async function releasePatch(
  { field, keys }: ObjectValue,
  layer: OverrideLayer,
  ports: Ports,
): Promise<InsertSite | PatchSite | null> {
  const { source } = layer
  if (!isRelease(source)) return null
  const format = ports.renderer.format(source.declaredBy.kind)
  const object = await renderedDeclaration(source, ports)
  const values = object && format?.valuesAt(object)
  if (object === undefined || values === undefined || values.path.includes('|')) return null
  const path = [...values.path, ...keys]
  const merge = path.filter((step) => typeof step === 'string')
  const written = await writtenName({ ...layer, source }, ports)
  const override: FieldOverride = {
    ...field,
    object: addressOf(object, source),
    written,
    ...(merge.length === path.length ? { merge } : { pointer: pointerTo(object, path) }),
  }
  return patchOverride(override, layerAround({ ...layer, source }), ports)
}

async function renderedDeclaration(
  { declaredIn, declaredBy }: ReleaseSource,
  { renderer, view }: Ports,
): Promise<JsonObject | undefined> {
  if (renderer.format(declaredBy.kind)?.entriesIn !== undefined) return undefined
  const { objects } = await renderer.render(declaredIn, view)
  return objects.find(
    (object) =>
      object['kind'] === declaredBy.kind &&
      valueAt(object, ['metadata', 'name']) === declaredBy.name &&
      (valueAt(object, ['metadata', 'namespace']) ?? declaredBy.namespace) === declaredBy.namespace,
  )
}

const addressOf = (
  object: JsonObject,
  { declaredBy: { kind, name, namespace } }: ReleaseSource,
): Workload => ({
  apiVersion: textOf(object['apiVersion']) ?? '',
  kind,
  name,
  namespace,
})

/** The name of the declaring object in its manifest; its rendered name where no file has one. */
async function writtenName(
  { source, inputs }: OverrideLayer & { readonly source: ReleaseSource },
  ports: Ports,
): Promise<WrittenName> {
  const found = await writtenDeclarations({ source, inputs }, ports)
  const whole = found.findLast(({ manifest }) => manifest.object['spec'] !== undefined) ?? found.at(-1)
  const at = (key: string): string | undefined =>
    whole && textOf(valueAt(whole.manifest.object, ['metadata', key]))
  const namespace = at('namespace')
  return { name: at('name') ?? source.declaredBy.name, ...(namespace === undefined ? {} : { namespace }) }
}
