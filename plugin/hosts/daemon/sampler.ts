import type { Log } from './log.ts'
import { errorText } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What the sampler needs. */
export interface SamplerPorts {
  /** Reads every cluster once. Resolves with the number of containers in each. */
  readonly gather: () => Promise<ReadonlyMap<string, number>>
  /** Seconds between two readings; called before each. */
  readonly seconds: () => number
  /** Whether this replica reads: only one replica records samples. */
  readonly mayGather: () => boolean
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Date
}

/** Reads samples until `stop`, which waits for the current reading. */
export interface Sampler {
  readonly stop: () => Promise<void>
}

/** Reads at multiples of `seconds`, never two readings at once: a slow reading delays the next one. */
export function startSampler(ports: SamplerPorts): Sampler {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let current = Promise.resolve()
  const wait = (): void => {
    const ms = ports.seconds() * 1000
    if (!stopped) timer = setTimeout(turn, ms - (ports.now().getTime() % ms))
  }
  const turn = (): void => {
    current = (ports.mayGather() ? reading(ports) : Promise.resolve()).then(wait)
  }
  turn()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await current
    },
  }
}

async function reading({ gather, log, metrics, now }: SamplerPorts): Promise<void> {
  try {
    for (const [cluster, containers] of await gather()) {
      metrics.add('tortoise_samples_total', { cluster }, containers)
      if (containers > 0)
        metrics.set('tortoise_last_sample_timestamp_seconds', { cluster }, now().getTime() / 1000)
    }
  } catch (error) {
    log('error', 'samples not read', { error: errorText(error) })
  }
}
