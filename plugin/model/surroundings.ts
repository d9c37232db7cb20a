import type { DeclaredAutoscaler } from './declared.ts'

/** An autoscaler that is not in the rendering of its workload: in another source, or in the cluster alone. */
export interface OtherScaler {
  /** What it is and where, for people: `HorizontalPodAutoscaler/web of the source autoscalers`. */
  readonly said: string
  readonly autoscaler: DeclaredAutoscaler
}

/** A VerticalPodAutoscaler of a workload. */
export interface Vertical {
  readonly said: string
  /** Any mode but `Off` changes the values of pods. */
  readonly mode: string
  readonly policies: readonly VerticalPolicy[]
}

/** What a VerticalPodAutoscaler may do to a container: `*` is every one that has no policy of its own. */
export interface VerticalPolicy {
  readonly container: string
  readonly isOff: boolean
  readonly resources: readonly ('cpu' | 'memory')[]
  /** Quantities by resource. */
  readonly minimum: Readonly<Record<string, string>>
  readonly maximum: Readonly<Record<string, string>>
}

/** The bounds of a LimitRange: quantities by `Container.max.memory` and the like. */
export interface RangeBounds {
  readonly said: string
  readonly bounds: Readonly<Record<string, string>>
}

/** A ResourceQuota: what a namespace may request in all, and what it uses. Quantities by `requests.cpu` and the like. */
export interface Quota {
  readonly said: string
  readonly hard: Readonly<Record<string, string>>
  readonly used: Readonly<Record<string, string>>
}

/** A PodDisruptionBudget of a workload. */
export interface Budget {
  readonly said: string
  /** A number of pods, or a share of them such as `50%`. */
  readonly minAvailable: string
}

/** What pods can request on a node: what it has for pods, without what DaemonSets request there. */
export interface NodeSize {
  readonly said: string
  /** Millicores. */
  readonly cpu: number
  /** Bytes. */
  readonly memory: number
}

/** Everything beside a workload that bounds its values or writes them, in Git and in its cluster. */
export interface Surroundings {
  readonly scalers: readonly OtherScaler[]
  readonly verticals: readonly Vertical[]
  readonly ranges: readonly RangeBounds[]
  readonly quotas: readonly Quota[]
  readonly budgets: readonly Budget[]
  /** The largest nodes on which its pods may run: of any two, each has more of one resource. Not known when left out. */
  readonly nodes?: readonly NodeSize[]
  /** What could not be read of its cluster, as sentences without a full stop. */
  readonly unread?: readonly string[]
}

/** No bounds and no other writers. */
export const noSurroundings: Surroundings = {
  scalers: [],
  verticals: [],
  ranges: [],
  quotas: [],
  budgets: [],
}

/** The surroundings of several places, each object once. */
export function mergeSurroundings(all: readonly Surroundings[]): Surroundings {
  const once = <T extends { readonly said: string }>(
    of: (one: Surroundings) => readonly T[],
  ): readonly T[] => [...new Map(all.flatMap(of).map((one) => [one.said, one])).values()]
  return {
    scalers: once(({ scalers }) => scalers),
    verticals: once(({ verticals }) => verticals),
    ranges: once(({ ranges }) => ranges),
    quotas: once(({ quotas }) => quotas),
    budgets: once(({ budgets }) => budgets),
    nodes: largestSizes(all.flatMap(({ nodes = [] }) => nodes)),
  }
}

/** The nodes that no other one exceeds in both resources. */
export function largestSizes(nodes: readonly NodeSize[]): readonly NodeSize[] {
  const largest: NodeSize[] = []
  let most = 0
  for (const node of [...nodes].sort((one, other) => other.memory - one.memory || other.cpu - one.cpu)) {
    if (node.cpu <= most) continue
    most = node.cpu
    largest.push(node)
  }
  return largest
}
