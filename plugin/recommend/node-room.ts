import type { DeclaredWorkload } from '../model/declared.ts'
import { sum } from '../model/sum.ts'
import type { NodeSize } from '../model/surroundings.ts'
import { readValue } from '../model/value.ts'
import { resourceText } from './format.ts'
import type { ValueBounds } from './workload-input.ts'

type Resource = 'cpu' | 'memory'

/** Steps to which the room on a node is rounded down: 10m and 16Mi. */
const steps = { cpu: 10, memory: 16 * 1024 ** 2 } as const

/**
 * What the largest node (for a DaemonSet, the smallest) has for the request of a container, in millicores or bytes: what its pods can request there, without
 * the requests of the other containers of the pod. `undefined` when no node is known.
 */
export function nodeRoom(
  nodes: readonly NodeSize[],
  { workload: { kind }, containers }: DeclaredWorkload,
  { container, resource }: { readonly container: string; readonly resource: Resource },
): ValueBounds['maximum'] {
  const [largest] = [...nodes].sort((one, other) => other[resource] - one[resource])
  if (largest === undefined) return undefined
  const others = containers.filter(({ name, role }) => role !== 'init' && name !== container)
  const taken = sum(
    others.map(({ values }) => readValue(`requests.${resource}`, values[`requests.${resource}`] ?? '') ?? 0),
  )
  const value = Math.floor((largest[resource] - taken) / steps[resource]) * steps[resource]
  const beside = taken > 0 ? ', beside the other containers of the pod,' : ''
  // A DaemonSet has a pod on every node, so its nodes are not the largest.
  const node =
    kind === 'DaemonSet' ? largest.said : `The largest node by ${resourceText(resource)} (${largest.said})`
  return value > 0 ? { value, said: `${node}${beside}` } : undefined
}
