/** Runs jobs one after the other. A job that waits already is not queued again. */
export interface Queue {
  /** False when the same job waits or runs already. */
  readonly push: (name: string, job: () => Promise<void>) => boolean
  /** Takes no more jobs, drops those that wait, and settles when the one that runs has ended. */
  readonly close: () => Promise<void>
}

/** An empty queue. Jobs must not reject. */
export function createQueue(): Queue {
  const pending = new Set<string>()
  let tail: Promise<void> = Promise.resolve()
  let open = true
  return {
    push: (name, job) => {
      if (!open || pending.has(name)) return false
      pending.add(name)
      tail = tail.then(async () => {
        if (open) await job()
        pending.delete(name)
      })
      return true
    },
    close: () => {
      open = false
      return tail
    },
  }
}
