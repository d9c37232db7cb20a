/** A resource of one container before and after, with the bounds of its recommendation. */
export interface Move {
  readonly from: number
  readonly to: number
  readonly lower?: number
  readonly upper?: number
}

/** How urgently the VPA's updater would update a pod. */
export interface Priority {
  /** Sum over resources of |to − from| ÷ from, computed on the totals of the pod. */
  readonly difference: number
  readonly scaleUp: boolean
  readonly outsideRange: boolean
}

/**
 * The priority of a pod in the VPA's updater. Each list holds one resource of all containers.
 * Source: https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler/pkg/updater/priority
 */
export function updatePriority(resources: readonly (readonly Move[])[]): Priority {
  const moves = resources.flat()
  const difference = resources.reduce((total, containers) => {
    const [from, to] = [sum(containers, 'from'), sum(containers, 'to')]
    return total + Math.abs(to - from) / from
  }, 0)
  return {
    difference,
    scaleUp: moves.some(({ from, to }) => to > from),
    outsideRange: moves.some(
      ({ from, lower = 0, upper = Number.POSITIVE_INFINITY }) => from < lower || from > upper,
    ),
  }
}

const sum = (moves: readonly Move[], end: 'from' | 'to'): number =>
  moves.reduce((total, move) => total + move[end], 0)
