/** When a pod was created; it may have ended since. */
export interface PodStart {
  readonly pod: string
  /** Seconds since 1970, UTC. */
  readonly created: number
}
