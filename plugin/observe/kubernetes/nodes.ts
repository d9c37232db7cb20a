import * as z from 'zod'
import { groupBy } from '../../model/group.ts'
import { toAmount } from '../../model/quantity.ts'
import { largestSizes, type NodeSize } from '../../model/surroundings.ts'

const texts = z.record(z.string(), z.union([z.string(), z.number()]).transform(String))
const taint = z.object({ key: z.string(), value: z.string().default(''), effect: z.string() })

export const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ taints: z.array(taint).nullish() }).optional(),
  status: z.object({ allocatable: texts.optional() }).optional(),
})
type Node = z.infer<typeof nodeSchema>

const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().default('Equal'),
  value: z.string().default(''),
  effect: z.string().optional(),
})
const expression = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).nullish(),
})

/** The parts of a pod template that say on which nodes its pods may run. */
export const placementSchema = z.object({
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z.array(toleration).nullish(),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({
              nodeSelectorTerms: z.array(z.object({ matchExpressions: z.array(expression).nullish() })),
            })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
})
export type Placement = z.infer<typeof placementSchema>

/** Requests of the pods of DaemonSets, which run on every node beside other pods. */
export interface ReservedRoom {
  readonly node: string
  /** Key of the DaemonSet. */
  readonly owner: string
  readonly cpu: number
  readonly memory: number
}

/**
 * Finds the largest nodes on which the pods of a workload may run, or for a DaemonSet the smallest, as it has a pod on each of
 * them; empty when no node is known.
 */
export type FindNodes = (workload: string, placement: Placement | undefined) => readonly NodeSize[]

/** A lookup over the nodes of a cluster. What DaemonSets request on a node is not there for others. */
export function nodeFinder(nodes: readonly Node[], reserved: readonly ReservedRoom[]): FindNodes {
  const byNode = groupBy(reserved, ({ node }) => node)
  const known = new Map<string, readonly NodeSize[]>()
  const find = (workload: string, placement: Placement | undefined): readonly NodeSize[] => {
    const sizes = nodes
      .filter((node) => admits(node, placement ?? {}))
      .flatMap((node) => {
        const others = byNode.get(node.metadata.name)?.filter(({ owner }) => owner !== workload) ?? []
        return sizeOf(node, others)
      })
    return isDaemonSet(workload) ? smallestSize(sizes) : largestSizes(sizes)
  }
  return (workload, placement) => {
    const key = JSON.stringify([placement ?? {}, isDaemonSet(workload) ? workload : ''])
    const found = known.get(key) ?? find(workload, placement)
    known.set(key, found)
    return found
  }
}

const isDaemonSet = (workload: string): boolean => workload.split('/').at(-2) === 'DaemonSet'

/** What every one of the nodes has, named by the one with the least memory. */
function smallestSize(nodes: readonly NodeSize[]): readonly NodeSize[] {
  const [least, ...others] = [...nodes].sort((one, other) => one.memory - other.memory || one.cpu - other.cpu)
  if (least === undefined) return []
  const cpu = Math.min(least.cpu, ...others.map((one) => one.cpu))
  return [{ ...least, cpu, said: `${least.said}, the smallest of the nodes of the DaemonSet` }]
}

function sizeOf({ metadata, status }: Node, others: readonly ReservedRoom[]): readonly NodeSize[] {
  const free = (resource: 'cpu' | 'memory'): number | undefined => {
    const all = toAmount(resource, status?.allocatable?.[resource] ?? '')
    return all === undefined ? undefined : all - others.reduce((sum, one) => sum + one[resource], 0)
  }
  const [cpu, memory] = [free('cpu'), free('memory')]
  if (cpu === undefined || memory === undefined || cpu <= 0 || memory <= 0) return []
  return [{ said: `Node/${metadata.name} in the cluster`, cpu, memory }]
}

/** Taints that come and go with the state of a node: the node takes pods again later. */
const temporary = 'node.kubernetes.io/'

function admits({ metadata: { labels }, spec }: Node, placement: Placement): boolean {
  const { nodeSelector, tolerations, affinity } = placement
  const selected = Object.entries(nodeSelector ?? {}).every(([name, value]) => labels[name] === value)
  const blocking = (spec?.taints ?? []).filter(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && !key.startsWith(temporary),
  )
  const tolerated = blocking.every((one) => (tolerations ?? []).some((by) => tolerates(by, one)))
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const fits =
    terms.length === 0 ||
    terms.some(({ matchExpressions }) => (matchExpressions ?? []).every((one) => holds(one, labels)))
  return selected && tolerated && fits
}

function tolerates(
  { key, operator, value, effect }: z.infer<typeof toleration>,
  one: z.infer<typeof taint>,
): boolean {
  const isKey = key === undefined || key === '' ? operator === 'Exists' : key === one.key
  return isKey && (operator === 'Exists' || value === one.value) && (effect ?? one.effect) === one.effect
}

/** Whether a label of a node meets a requirement. Comparisons of numbers count as met: they are rare, and bound less. */
function holds(
  { key, operator, values }: z.infer<typeof expression>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return true
  }
}
