/** Runs jobs one after the other. A job that is already waiting is not queued again. */
export interface Queue {
  /** Returns false when a job of this name is waiting or running. */
  readonly push: (name: string, job: () => Promise<void>) => boolean
  /** Accepts no more jobs, drops waiting ones, and resolves when the current one has ended. */
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
