import { isSeq } from 'yaml'
import type { FieldAddress } from '../../model/field.ts'
import type { JsonObject, JsonPath } from '../../model/json.ts'
import { valueAt } from '../../model/json.ts'
import { slotIn, workloadsOf } from '../../model/manifest.ts'
import { isCustom } from '../../model/pod-specs.ts'
import type {
  ContainerList,
  InsertSite,
  ListOfObject,
  PatchSite,
  Pointer,
  YamlPath,
} from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadKey } from '../../model/workload.ts'
import type { WrittenManifest } from '../../yaml/manifests.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { type DocumentPath, insertSite, positionOf } from './insert-site.ts'
import type { WrittenName } from './written-name.ts'

/** A field to override, with the name that its object has below the overlay. */
export interface FieldOverride extends FieldAddress {
  /** The object that has the field: the workload, or its autoscaler. */
  readonly object: Workload
  /** Its name in its manifest, where that is known. */
  readonly written?: WrittenName
  /** The file with its manifest, where that is known. */
  readonly manifest?: string
  /** The list that holds the container, for a container's field. */
  readonly containers?: ContainerList
  /** For what cannot be merged by name: the path of the field in the object as rendered. */
  readonly pointer?: Pointer
  /** For a value of the object itself: the path of its keys. */
  readonly merge?: readonly string[]
  /** The list of another object in which the patch is. */
  readonly inside?: ListOfObject
}

/**
 * Where the top layer of a source can override a field: in a patch or manifest that it already has for the object, or as
 * a new patch at the end of the list in its kustomization. `null` when it has neither.
 */
export async function topLayerOverride(
  override: FieldOverride,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<InsertSite | PatchSite | null> {
  const own = inputs.filter(
    ({ topLayer, role, levelsUp }) =>
      topLayer && levelsUp === undefined && role !== 'other' && role !== 'template',
  )
  for (const { path } of own) {
    const site = await siteIn(path, override, view)
    if (site !== undefined) return site
  }
  const root = own.find(({ role }) => role === 'kustomization') ?? nearestKustomization(override, inputs)
  return root === undefined
    ? null
    : patchSite({ file: root.path, document: 0, path: ['patches'] }, override, view)
}

/**
 * The kustomization beside the manifest or nearest above it, where the source itself has none: Flux makes one for a directory,
 * which includes those below.
 */
function nearestKustomization(
  { manifest }: FieldOverride,
  inputs: readonly InputFile[],
): InputFile | undefined {
  if (manifest === undefined) return undefined
  const above = inputs.filter(
    ({ path, role, levelsUp, isRendered, frozen }) =>
      role === 'kustomization' &&
      frozen === undefined &&
      (levelsUp === undefined || isRendered === true) &&
      manifest.startsWith(path.slice(0, path.lastIndexOf('/') + 1)),
  )
  return above.toSorted((one, other) => other.path.length - one.path.length)[0]
}

async function siteIn(
  file: string,
  override: FieldOverride,
  view: RepositoryView,
): Promise<InsertSite | undefined> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined) return undefined
  for (const manifest of manifestsIn(yaml)) {
    const inner = isOf(manifest, override) ? slotOf(manifest, override) : undefined
    if (inner === undefined) continue
    const site = insertSite(yaml, {
      file,
      document: manifest.document,
      path: [...manifest.path, ...inner],
    })
    if (site !== undefined) return site
  }
  return undefined
}

/** Where the value goes in a manifest or patch of its object. */
function slotOf({ object }: WrittenManifest, override: FieldOverride): JsonPath | undefined {
  if (override.inside !== undefined) return undefined
  return override.merge ?? slotIn(object, override)
}

function isOf({ object }: WrittenManifest, { object: wanted, written }: FieldOverride): boolean {
  const name = valueAt(object, ['metadata', 'name'])
  return object['kind'] === wanted.kind && (name === wanted.name || name === written?.name)
}

/** A new patch at the end of a list of patches, which need not exist yet; `null` when the file cannot be edited. */
export async function patchSite(
  { file, document, path: list }: DocumentPath,
  { object, written, containers, pointer, merge, inside }: FieldOverride,
  view: RepositoryView,
): Promise<PatchSite | null> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined) return null
  const patches = yaml.documents[document]?.getIn(list)
  const path: YamlPath = [...list, isSeq(patches) ? patches.items.length : 0]
  const target = { ...object, name: written?.name ?? object.name }
  return {
    kind: 'patch',
    file,
    ...positionOf(yaml, document, path),
    document,
    path,
    target,
    ...(written?.namespace === undefined ? {} : { namespace: written.namespace }),
    ...(containers === undefined ? {} : { containers }),
    ...(pointer === undefined ? {} : { pointer }),
    ...(merge === undefined ? {} : { merge }),
    ...(inside === undefined ? {} : { inside }),
  }
}

/** How a patch finds a container's field in a rendering: by name in its list, or for a custom resource by position. */
export function containerPlace(
  objects: readonly JsonObject[],
  { workload, container, field }: FieldAddress,
): Pick<FieldOverride, 'containers' | 'pointer'> {
  const rendered = workloadsOf(objects, workload.namespace).find(
    (one) => workloadKey(one.workload) === workloadKey(workload),
  )
  const own = rendered?.containers.find(({ name }) => name === container)
  if (rendered === undefined || own === undefined) return {}
  if (isCustom(rendered.workload)) {
    const slot = field.startsWith('env.') ? undefined : [...own.path, 'resources', ...field.split('.')]
    return slot === undefined ? {} : { pointer: pointerTo(objects[rendered.object], slot) }
  }
  const list = own.path.at(-2)
  if (typeof list !== 'string') return {}
  const names = rendered.containers.filter(({ path }) => path.at(-2) === list).map(({ name }) => name)
  return { containers: { list, names } }
}

/** A path, with how many of its steps exist in an object. */
export function pointerTo(object: JsonObject | undefined, path: JsonPath): Pointer {
  const present = path.findIndex((_, index) => valueAt(object, path.slice(0, index + 1)) === undefined)
  return { path, present: present === -1 ? path.length : present }
}
