import type { FieldAddress } from '../model/field.ts'
import { fieldKey, isContainerField } from '../model/field.ts'
import { isReferenced, workloadsOf } from '../model/manifest.ts'
import type { Site, Trace } from '../model/site.ts'
import { workloadKey } from '../model/workload.ts'
import { chartOf, helmProbe } from './helm-leaf.ts'
import { containerList, declaredName, kustomizeLeaf } from './kustomize-leaf.ts'
import type { TracedSource, TracePorts } from './trace-source.ts'
import { namespaceOf } from './trace-source.ts'

/** Answers for a field that is not rendered today: where it can be created, for this source alone. */
export async function traceAbsent(
  address: FieldAddress,
  traced: TracedSource,
  ports: TracePorts,
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
  if (container !== undefined && isReferenced(container, address.field)) {
    const reason =
      'the variable is set by valueFrom; change what it refers to (for most, the limit of the container)'
    return { ...known, reach, leaf: null, chosen: null, reason }
  }
  const leaf = await insertionFor(address, traced, ports)
  if (leaf !== null) return { ...known, reach, leaf, chosen: 'leaf', reason: 'the field is not set today' }
  return { ...known, reach, leaf, chosen: null, reason: notSettable(traced, address) }
}

async function insertionFor(
  address: FieldAddress,
  traced: TracedSource,
  ports: TracePorts,
): Promise<Site | null> {
  const { source, inputs, rendering } = traced
  if (chartOf(traced) !== undefined) return helmProbe(address, traced, ports)
  const containers = containerList(rendering.objects, address)
  const name = await declaredName(address, inputs, ports.view)
  const override = {
    ...address,
    object: address.workload,
    ...(containers === undefined ? {} : { containers }),
    ...(name === undefined ? {} : { writtenName: name }),
  }
  return source.kind === 'plain' ? null : kustomizeLeaf(override, inputs, ports.view)
}

const notSettable = (traced: TracedSource, address: FieldAddress): string =>
  chartOf(traced) !== undefined
    ? `no resources value of the chart reaches ${fieldKey(address)}`
    : 'there is no place in this source to add it'
