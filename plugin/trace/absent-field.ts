import type { FieldAddress } from '../model/field.ts'
import { fieldKey, isContainerField } from '../model/field.ts'
import type { JsonObject } from '../model/json.ts'
import { textOf, valueAt } from '../model/json.ts'
import { referenceOf, workloadsOf } from '../model/manifest.ts'
import type { Site, Trace } from '../model/site.ts'
import { workloadKey } from '../model/workload.ts'
import type { TracedSource } from './dye/trace-source.ts'
import { namespaceOf } from './dye/trace-source.ts'
import { chartOf, helmProbe } from './override/helm.ts'
import { containerPlace, declaredName } from './override/kustomize.ts'
import type { OverrideContext } from './override/override.ts'
import { overridePlaceFor, patchOverride } from './override/override.ts'

/** Answers for a field that is not rendered today: where it can be created, for this source alone. */
export async function traceAbsent(
  address: FieldAddress,
  traced: TracedSource,
  context: OverrideContext,
): Promise<Trace> {
  const { source, rendering } = traced
  const holder = workloadsOf(rendering.objects, namespaceOf(source)).find(
    ({ workload, containers }) =>
      workloadKey(workload) === workloadKey(address.workload) &&
      containers.some(({ name }) => name === address.container),
  )
  const known = { source: source.id, ...address, value: '', site: null, sharedWith: [] }
  const reach = { sources: [source.id], containers: 1 }
  if (holder === undefined || !isContainerField(address.field)) {
    const what = isContainerField(address.field) ? 'container' : 'autoscaler field'
    return { ...known, reach, leaf: null, chosen: null, reason: `the source renders no such ${what}` }
  }
  const container = holder.containers.find(({ name }) => name === address.container)
  const reference = container && referenceOf(container, address.field)
  if (reference !== undefined)
    return { ...known, reach, leaf: null, chosen: null, reason: followed(reference, address) }
  const leaf = await insertionFor(address, traced, context)
  if (leaf !== null) return { ...known, reach, leaf, chosen: 'leaf', reason: 'the field is not set today' }
  return { ...known, reach, leaf, chosen: null, reason: notSettable(traced, address) }
}

/** What a variable follows, and so what to change instead; a literal beside it would end that. */
function followed(reference: JsonObject, { field, container = '' }: FieldAddress): string {
  const name = field.slice('env.'.length)
  const resource = textOf(valueAt(reference, ['resourceFieldRef', 'resource']))
  if (resource !== undefined) {
    const owner = textOf(valueAt(reference, ['resourceFieldRef', 'containerName'])) ?? container
    return `${name} follows ${resource} of container ${owner} (resourceFieldRef); change that value, and it moves along`
  }
  for (const kind of ['ConfigMap', 'Secret']) {
    const source = `${kind[0]?.toLowerCase()}${kind.slice(1)}KeyRef`
    const [from, key] = [valueAt(reference, [source, 'name']), valueAt(reference, [source, 'key'])]
    if (from !== undefined) return `${name} comes from key ${key} of ${kind} ${from}; change it there`
  }
  return `${name} is set by valueFrom; change what it refers to`
}

async function insertionFor(
  address: FieldAddress,
  traced: TracedSource,
  context: OverrideContext,
): Promise<Site | null> {
  const { inputs, rendering } = traced
  const place = overridePlaceFor(traced, undefined, context)
  if (chartOf(traced) !== undefined) {
    const site = await helmProbe(address, { traced, place, ports: context })
    if (site !== null || traced.source.kind === 'helm') return site
  }
  const name = await declaredName(address, inputs, context.view)
  const override = {
    ...address,
    object: address.workload,
    ...containerPlace(rendering.objects, address),
    ...(name === undefined ? {} : { writtenName: name }),
  }
  return patchOverride(override, place, context.view)
}

const notSettable = (traced: TracedSource, address: FieldAddress): string =>
  traced.blind[0] !== undefined
    ? `a file of the source cannot be edited safely: ${traced.blind[0]}`
    : chartOf(traced) !== undefined
      ? `no resources value of the chart reaches ${fieldKey(address)}`
      : 'there is no place in this source to add it'
