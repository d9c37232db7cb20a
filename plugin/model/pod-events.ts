/** When a pod was created; it may have ended since. */
export interface PodStart {
  readonly pod: string
  /** Seconds since 1970, UTC. */
  readonly created: number
}

/** Something that happened to pods of a workload, precise to an hour. */
export interface PodEvent {
  /** `evicted`: a node ended the pod for want of memory or disk. `restarted`: a container ended and was started again, for whatever reason. */
  readonly what: 'evicted' | 'restarted'
  /** Seconds since 1970, UTC: the end of the hour. */
  readonly time: number
  readonly count: number
}
