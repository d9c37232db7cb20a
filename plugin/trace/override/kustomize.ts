import { isSeq } from 'yaml'
import type { FieldAddress } from '../../model/field.ts'
import type { JsonObject, JsonPath } from '../../model/json.ts'
import { valueAt } from '../../model/json.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { isCustom, slotIn, workloadsOf } from '../../model/manifest.ts'
import type { ContainerList, InsertSite, PatchSite, Site, YamlPath } from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadKey } from '../../model/workload.ts'
import type { WrittenManifest } from '../../yaml/manifests.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import type { YamlText } from '../../yaml/open.ts'
import { yamlInView } from '../yaml-in-view.ts'

/** What is to be overridden: the field, and the name its object has below the overlay. */
export interface Override extends FieldAddress {
  /** The object that holds the field: the workload, or its autoscaler. */
  readonly object: Workload
  /** Its name before prefixes and suffixes, when that is known. */
  readonly writtenName?: string
  /** The list that holds the container, for a container's field. */
  readonly containers?: ContainerList
  /** Where the field stands, or would, in the object as rendered. */
  readonly pointer?: PatchSite['pointer']
}

/**
 * Where an overlay can override a field for itself alone: inside a patch it already has for the object, in a
 * manifest of its own, or as a new patch at the end of its list.
 */
export async function kustomizeOverride(
  override: Override,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<Site | null> {
  const own = inputs.filter(
    ({ leaf, role, above }) => leaf && above === undefined && role !== 'other' && role !== 'template',
  )
  for (const { path } of own) {
    const site = await insertIn(path, override, view)
    if (site !== undefined) return site
  }
  const root = own.find(({ role }) => role === 'kustomization')
  return root === undefined
    ? null
    : patchSite({ file: root.path, document: 0, path: ['patches'] }, override, view)
}

async function insertIn(
  file: string,
  override: Override,
  view: RepositoryView,
): Promise<InsertSite | undefined> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined) return undefined
  for (const manifest of manifestsIn(yaml)) {
    const inner = matches(manifest, override) ? slotIn(manifest.object, override) : undefined
    if (inner === undefined) continue
    const path = [...manifest.path, ...inner]
    if (stands(yaml, manifest.document, path)) continue
    return {
      kind: 'insert',
      file,
      ...placeOf(yaml, manifest.document, path),
      document: manifest.document,
      path,
    }
  }
  return undefined
}

function matches({ object }: WrittenManifest, { object: wanted, writtenName }: Override): boolean {
  const name = valueAt(object, ['metadata', 'name'])
  return object['kind'] === wanted.kind && (name === wanted.name || name === writtenName)
}

/** A list of patches in a file, whether it exists yet or not. */
export interface PatchList {
  readonly file: string
  readonly document: number
  readonly path: YamlPath
}

/** A new patch at the end of a list. */
export async function patchSite(
  { file, document, path: list }: PatchList,
  { object, writtenName, containers, pointer }: Override,
  view: RepositoryView,
): Promise<PatchSite | null> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined) return null
  const patches = yaml.documents[document]?.getIn(list)
  const path: YamlPath = [...list, isSeq(patches) ? patches.items.length : 0]
  const target = { ...object, name: writtenName ?? object.name }
  return {
    kind: 'patch',
    file,
    ...placeOf(yaml, document, path),
    document,
    path,
    target,
    ...(containers === undefined ? {} : { containers }),
    ...(pointer === undefined ? {} : { pointer }),
  }
}

/** True when a value stands at a path already: it is decided there, and cannot be created. */
export function stands(yaml: YamlText, document: number, path: YamlPath): boolean {
  return !path.includes('|') && yaml.documents[document]?.hasIn(path) === true
}

/** The last place on the way to a path that exists already: where the new lines will follow. */
export function placeOf(yaml: YamlText, document: number, path: YamlPath): { line: number; column: number } {
  const root = yaml.documents[document]
  const readable = path.includes('|') ? path.slice(0, path.indexOf('|')) : path
  for (let length = readable.length; length > 0; length--) {
    const node = root?.getIn(readable.slice(0, length), true)
    const range = (node as { range?: readonly [number, number, number] } | undefined)?.range
    if (range) return yaml.at(range[0])
  }
  const end = root?.contents?.range[1] ?? 0
  return yaml.at(Math.max(0, end - 1))
}

/** How a patch finds a container's field in a rendering: by name in its list, or for a custom resource by position. */
export function containerPlace(
  objects: readonly JsonObject[],
  { workload, container, field }: FieldAddress,
): Pick<Override, 'containers' | 'pointer'> {
  const holder = workloadsOf(objects, workload.namespace).find(
    (one) => workloadKey(one.workload) === workloadKey(workload),
  )
  const own = holder?.containers.find(({ name }) => name === container)
  if (holder === undefined || own === undefined) return {}
  if (isCustom(holder.workload)) {
    const slot = field.startsWith('env.') ? undefined : [...own.path, 'resources', ...field.split('.')]
    return slot === undefined ? {} : { pointer: pointerTo(objects[holder.object], slot) }
  }
  const list = own.path.at(-2)
  if (typeof list !== 'string') return {}
  const names = holder.containers.filter(({ path }) => path.at(-2) === list).map(({ name }) => name)
  return { containers: { list, names } }
}

/** A path with the number of its steps that exist in an object. */
export function pointerTo(object: JsonObject | undefined, path: JsonPath): NonNullable<PatchSite['pointer']> {
  const present = path.findIndex((_, index) => valueAt(object, path.slice(0, index + 1)) === undefined)
  return { path, present: present === -1 ? path.length : present }
}

/** The name that the object of a field has in the file that decides it. */
export async function writtenName(
  site: { readonly file: string; readonly document: number; readonly path: YamlPath },
  view: RepositoryView,
): Promise<string | undefined> {
  const yaml = await yamlInView(site.file, view)
  if (yaml === undefined) return undefined
  const holder = manifestsIn(yaml).find(
    ({ document, path }) =>
      document === site.document && path.every((step, index) => site.path[index] === step),
  )
  const name = holder && valueAt(holder.object, ['metadata', 'name'])
  return typeof name === 'string' ? name : undefined
}

/** The name that a workload has in the file that declares it, found by kind, container and what prefixes leave of its name. */
export async function declaredName(
  { workload, container }: Pick<FieldAddress, 'workload' | 'container'>,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<string | undefined> {
  const files = inputs.filter(({ role }) => role === 'manifest')
  const written = await Promise.all(files.map(({ path }) => yamlInView(path, view)))
  const objects = written.flatMap((yaml) => (yaml === undefined ? [] : manifestsIn(yaml)))
  const names = workloadsOf(
    objects.map(({ object }) => object),
    '',
  )
    .filter(
      (one) =>
        one.workload.kind === workload.kind &&
        workload.name.includes(one.workload.name) &&
        (container === undefined || one.containers.some(({ name }) => name === container)),
    )
    .map((one) => one.workload.name)
  // `api` is part of the name `api-worker` too: the longest that fits is meant.
  return names.sort((a, b) => b.length - a.length)[0]
}

/** The object that holds a rendered field. */
export const holderOf = (field: ManifestField): Workload => field.autoscaler ?? field.workload
