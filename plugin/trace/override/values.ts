import { containerFields, type FieldAddress } from '../../model/field.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { InputFile } from '../../model/source.ts'
import type { Candidate } from '../dye/candidate.ts'
import type { TracePorts } from '../dye/render-marked.ts'
import type { TracedSource } from '../dye/trace-source.ts'
import { copiedList } from './copied-list.ts'
import { droppedSizes } from './dropped-sizes.ts'
import type { OverrideLayer } from './layer.ts'
import { placeValue, type ValuesSite } from './place-value.ts'
import { pathThatSets } from './trial-values.ts'
import { isAnchored, isDefaultValues, keysInSource, mappingKeys, resourceKeys } from './values-keys.ts'

/** What an override by values is searched with. */
export interface ValuesRequest {
  readonly field: FieldAddress
  readonly traced: TracedSource
  readonly layer: OverrideLayer
  readonly ports: TracePorts
}

/** Whether a source renders templates with values of its own. */
export const takesValues = (inputs: readonly InputFile[]): boolean =>
  inputs.some(
    ({ role, levelsUp }) =>
      levelsUp === undefined && (role === 'template' || role === 'values' || isDefaultValues(role)),
  )

/** Where the values key of a candidate is overridden for one source alone; `null` when there is no such place. */
export async function valuesOverride(
  candidate: Candidate,
  { field, traced, layer, ports }: ValuesRequest,
): Promise<ValuesSite | null> {
  const all = valuesKeys(candidate, layer).filter(
    // A list in a values file replaces the list below it: an override of one item would drop the others.
    (keys) => !keys.some((step) => typeof step === 'number'),
  )
  if (traced.source === layer.source && (await isAnchored(candidate, ports.view))) {
    const site = await aliasOverride(all, { field, traced, layer, ports })
    if (site !== null) return site
  }
  if (all.length <= 1 || traced.source !== layer.source)
    return all[0] === undefined ? null : placeValue(all[0], layer, { field, ports })
  // The values are those of a subchart with several aliases: trial values show which alias the field belongs to.
  const path = await pathThatSets(
    field,
    all.map((keys) => keys.map(String)),
    { traced, ports },
  )
  return path === undefined ? null : placeValue(path.path, layer, { field, ports })
}

/**
 * The key of an alias through which an anchor's value sets a field: the one of its own keys, and of all `resources`, where a
 * trial value does so.
 */
async function aliasOverride(own: readonly YamlPath[], request: ValuesRequest): Promise<ValuesSite | null> {
  const { field, traced, layer, ports } = request
  const inner = field.field.split('.')
  if (!withTrials.includes(field.field)) return null
  const mappings = await resourceKeys(traced.inputs, ports.view)
  const paths = [...own.map((keys) => keys.map(String)), ...mappings.map((keys) => [...keys, ...inner])]
  const found = await pathThatSets(field, paths, { traced, ports })
  return found === undefined ? null : placeValue(found.path, layer, { field, ports })
}

/** The paths of a candidate in the values of the source: several for a subchart with several aliases. */
export function valuesKeys(
  { file, path, role }: Candidate,
  { inputs }: Pick<OverrideLayer, 'inputs'>,
): readonly YamlPath[] {
  if (role === 'values') return [path]
  if (isDefaultValues(role)) return keysInSource(file, inputs).map((keys) => [...keys, ...path])
  const start = path.findIndex((step) => step === 'values' || step === 'valuesObject')
  const inside = path.slice(start + 1).filter((step) => step !== '|')
  // A helmfile has a list of values.
  return [typeof inside[0] === 'number' ? inside.slice(1) : inside]
}

/**
 * Where the list that holds a value goes as a whole, with the value changed: Helm replaces the lists of defaults by those
 * that are given. `null` where the list cannot be copied, or has no place.
 */
export async function copiedListOverride(
  candidate: Candidate,
  { field, layer, ports }: ValuesRequest,
): Promise<InsertSite | null> {
  const copied = await copiedList(candidate, ports.view)
  const [keys = []] = valuesKeys(candidate, layer)
  const at = keys.findIndex((step) => typeof step === 'number')
  const site =
    copied === undefined || at < 1 ? null : await placeValue(keys.slice(0, at), layer, { field, ports })
  return copied === undefined || site?.kind !== 'insert' ? null : { ...site, copied }
}

const withTrials: readonly string[] = containerFields.filter((field) => !field.startsWith('env.'))

/**
 * Where the values key goes that a template reads for a field which no scalar sets now, with the values that the template
 * drops then: all others of a preset. Every `resources` mapping in the
 * values gets a trial value in one rendering; the one that sets the field has the key. `null` when none does.
 */
export async function absentValueOverride(request: ValuesRequest): Promise<ValuesSite | null> {
  const { field, traced, ports } = request
  if (!withTrials.includes(field.field)) return null
  return siteThatSets(await resourceKeys(traced.inputs, ports.view), request)
}

/**
 * Where a `resources` mapping goes that a template reads before values that it has for all, such as those of `global`, with
 * the other sizes of the container, which the mapping takes the place of. Every mapping of the values gets one with a trial
 * value; the one that sets the field is the place. `null` when none does.
 */
export async function ownResourcesOverride(request: ValuesRequest): Promise<ValuesSite | null> {
  const { field, traced, layer, ports } = request
  if (!withTrials.includes(field.field) || traced.source !== layer.source) return null
  const all = await mappingKeys(traced.inputs, ports.view)
  const mappings = all.filter((keys) => keys[0] !== 'global' && !keys.some((key) => /resources$/i.test(key)))
  return siteThatSets(
    mappings.slice(0, mostMappings).map((keys) => [...keys, 'resources']),
    request,
  )
}

const mostMappings = 1_000

/** The one of some `resources` mappings that sets a field, as the place of an override. */
async function siteThatSets(
  mappings: readonly (readonly string[])[],
  { field, traced, layer, ports }: ValuesRequest,
): Promise<ValuesSite | null> {
  const inner = field.field.split('.')
  const paths = mappings.map((keys) => [...keys, ...inner])
  const found = await pathThatSets(field, paths, { traced, ports })
  const site = found === undefined ? null : await placeValue(found.path, layer, { field, ports })
  if (found === undefined || site === null) return null
  const dropped = droppedSizes(field, { before: traced.rendering.objects, after: found.objects })
  const path = site.kind === 'patch' ? (site.merge ?? []) : site.path
  const mapping = path.slice(0, -inner.length)
  const companions = dropped.map(({ path, value }) => ({ path: [...mapping, ...path], value }))
  return companions.length === 0 ? site : { ...site, companions }
}
