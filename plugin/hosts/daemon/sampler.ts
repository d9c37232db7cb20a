import type { Log } from './log.ts'
import { errorText } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What taking samples needs. */
export interface SamplerPorts {
  /** Makes one reading of every cluster; gives how many containers were counted in each. */
  readonly gather: () => Promise<ReadonlyMap<string, number>>
  /** Seconds between two readings; asked before each. */
  readonly seconds: () => number
  /** Whether readings are made: one replica alone keeps samples. */
  readonly mayGather: () => boolean
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Date
}

/** Takes samples until it is stopped; then the reading that goes on is finished. */
export interface Sampler {
  readonly stop: () => Promise<void>
}

/** Makes a reading at even times, never two at once: one that takes longer than the time between two delays the next. */
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
    log('error', 'no samples were taken', { error: errorText(error) })
  }
}
