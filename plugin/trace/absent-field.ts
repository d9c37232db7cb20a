import type { FieldAddress } from '../model/field.ts'
import { fieldKey, isContainerField } from '../model/field.ts'
import type { JsonObject } from '../model/json.ts'
import { textOf, valueAt } from '../model/json.ts'
import type { ManifestWorkload } from '../model/manifest.ts'
import { referenceOf, workloadsOf } from '../model/manifest.ts'
import { notRolledOut } from '../model/rollout.ts'
import type { Site, Trace } from '../model/site.ts'
import type { Rendering } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'
import type { TracedSource } from './dye/trace-source.ts'
import { overrideLayer } from './override/layer.ts'
import { patchOverride } from './override/object-patch.ts'
import type { OverrideContext } from './override/override.ts'
import { postRenderPatch } from './override/override.ts'
import { containerPlace } from './override/patch.ts'
import { absentValueOverride, takesValues } from './override/values.ts'
import { nameInManifests } from './override/written-name.ts'

/** The trace of a field that is not rendered now: where it can be created for this source alone, or why it cannot. */
export async function traceAbsent(
  address: FieldAddress,
  traced: TracedSource,
  context: OverrideContext,
): Promise<Trace> {
  const { source, rendering } = traced
  const rendered = workloadsOf(rendering.objects, namespaceOf(source)).find(
    ({ workload, containers }) =>
      workloadKey(workload) === workloadKey(address.workload) &&
      containers.some(({ name }) => name === address.container),
  )
  const reach = { sources: [source.id], containers: 1 }
  const unset = { source: source.id, ...address, value: '', site: null, reach, sharedWith: [] }
  const known = { ...unset, override: null, chosen: null }
  if (rendered === undefined || !isContainerField(address.field)) {
    const what = isContainerField(address.field) ? 'container' : 'autoscaler field'
    return { ...known, reason: `the source renders no such ${what}` }
  }
  const reference = rendered.containers
    .filter(({ name }) => name === address.container)
    .map((container) => referenceOf(container, address.field))[0]
  if (reference !== undefined) return { ...known, reason: referenceReason(reference, address) }
  const ignored = ignoredReason(address, rendered, rendering)
  if (ignored !== undefined) return { ...known, reason: ignored }
  const override = await overrideFor(address, traced, context)
  return override === null
    ? { ...known, reason: await noPlaceReason(traced, address) }
    : { ...unset, override, chosen: 'override', reason: 'the field is not set yet' }
}

/** Why the field is not rolled out once it is set. */
function ignoredReason(
  { field, container }: FieldAddress,
  { object, containers }: ManifestWorkload,
  { objects, rollouts = [] }: Rendering,
): string | undefined {
  const place = containers.find(({ name }) => name === container)?.path ?? []
  const inner = field.startsWith('env.') ? ['env'] : ['resources', ...field.split('.')]
  return notRolledOut(objects[object], [...place, ...inner], rollouts.at(-1))
}

/** Names what a variable refers to, which is what to change: Kubernetes accepts no literal beside a reference. */
function referenceReason(reference: JsonObject, { field, container = '' }: FieldAddress): string {
  const name = field.slice('env.'.length)
  const resource = textOf(valueAt(reference, ['resourceFieldRef', 'resource']))
  if (resource !== undefined) {
    const owner = textOf(valueAt(reference, ['resourceFieldRef', 'containerName'])) ?? container
    return `${name} follows ${resource} of container ${owner} (resourceFieldRef); change that value instead`
  }
  for (const kind of ['ConfigMap', 'Secret']) {
    const source = `${kind[0]?.toLowerCase()}${kind.slice(1)}KeyRef`
    const [from, key] = [valueAt(reference, [source, 'name']), valueAt(reference, [source, 'key'])]
    if (from !== undefined) return `${name} comes from key ${key} of ${kind} ${from}; change it there`
  }
  return `${name} is set by valueFrom; change what it refers to`
}

/** Where a field that no scalar sets can be written for its source alone; `null` where there is no such place. */
export async function overrideFor(
  address: FieldAddress,
  traced: TracedSource,
  context: OverrideContext,
): Promise<Site | null> {
  const { inputs, rendering, source } = traced
  const layer = overrideLayer(traced, undefined, context)
  const { overrides } = context.renderer.kindOf(source)
  const site =
    overrides.includes('values') && takesValues(inputs)
      ? await absentValueOverride({ field: address, traced, layer, ports: context })
      : null
  if (site !== null || !overrides.includes('patch')) return site
  if (takesValues(inputs)) {
    const patch = await postRenderPatch(traced, address, context)
    if (patch !== null) return patch
  }
  const written = await nameInManifests(address, inputs, context.view)
  const override = {
    ...address,
    object: address.workload,
    ...containerPlace(rendering.objects, address),
    ...(written === undefined ? {} : { written }),
  }
  return patchOverride(override, layer, context)
}

async function noPlaceReason({ unreadable, inputs }: TracedSource, address: FieldAddress): Promise<string> {
  const [file] = await unreadable()
  if (file !== undefined) return `a file of the source is not searched: ${file}`
  return takesValues(inputs)
    ? `no resources value of the chart reaches ${fieldKey(address)}`
    : 'this source has no place to add it'
}
