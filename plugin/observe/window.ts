import type { Observation } from '../model/observation.ts'
import { inParallel } from '../model/parallel.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import type { DayCache } from './day-cache.ts'
import { askAtEnd, gatherPortion, type Portion, type Run } from './gather.ts'
import type { Merger } from './merge.ts'
import { addOwners, type FindWorkload, type Owners, workloadFinder } from './owners.ts'
import { endsTheRun } from './prometheus.ts'
import type { Chunk, Slots } from './queries.ts'
import type { Shard } from './selector.ts'
import { printShard } from './shards.ts'
import { emptyTally, type Frame, finishTally } from './tally.ts'

/** Everything that reading the days of a window needs. */
export interface WindowRun extends Run {
  readonly slots: Slots
  readonly chunks: readonly Chunk[]
  readonly shards: readonly Shard[]
  readonly frame: Frame
  readonly owners: Owners
  readonly cache?: DayCache
  /** True for a day that no late sample will change. */
  readonly finished: (chunk: Chunk) => boolean
  readonly merger: Merger
  readonly progress: Progress
  /** Told for each part that could not be read. */
  readonly onFailure: (message: string) => void
  readonly onDamage: (message: string) => void
}

/** So many parts may fail before one succeeds. */
const hopeless = 3

/** Reads every day, from the cache where it is kept, and adds it to the merger. */
export async function readWindow(run: WindowRun): Promise<void> {
  const missing = await readKept(run)
  const portions = missing.flatMap((chunk) => run.shards.map((shard): Portion => ({ chunk, shard })))
  const state = { done: 0, failed: 0, read: 0 }
  const total = portions.length * 2
  const step = (): void => run.progress({ kind: 'step', stage: 'observe', done: ++state.done, total })
  await inParallel(portions, async (portion) => {
    await attempt(run, portion, () => readOwners(run, portion))
    step()
  })
  const find = workloadFinder(run.owners)
  // A day at a time keeps few slots in memory; two at a time keep the server busy while one is packed.
  await inParallel(
    missing,
    async (chunk) => {
      const observations: Observation[] = []
      let whole = true
      for (const shard of run.shards) {
        const part = await attempt(
          run,
          { chunk, shard },
          () => readPortion(run, { chunk, shard }, find),
          state,
        )
        if (part === undefined) whole = false
        else observations.push(...part.observations)
        whole &&= part?.partial === false
        step()
      }
      run.merger.add(observations)
      if (whole && run.cache !== undefined && run.finished(chunk))
        await run.cache.write(chunk.end, observations)
    },
    2,
  )
  await run.cache?.keep(run.chunks.filter(run.finished).map(({ end }) => end))
}

/** Takes kept days over; gives those that have to be read. */
async function readKept({ cache, chunks, finished, merger, onDamage }: WindowRun): Promise<readonly Chunk[]> {
  const missing: Chunk[] = []
  for (const chunk of chunks) {
    const kept = cache !== undefined && finished(chunk) ? await cache.read(chunk.end) : undefined
    if (kept === undefined) missing.push(chunk)
    else if (kept === 'damaged') {
      onDamage(`the day that ends at ${timeOf(chunk.end)} is damaged in the cache and read anew`)
      missing.push(chunk)
    } else merger.add(kept)
  }
  return missing
}

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString()

async function readOwners(run: WindowRun, portion: Portion): Promise<void> {
  const { namespace, pod } = run.dialect.state
  await askAtEnd(run, { ...portion, name: 'owners' }, (row) => {
    const what = row.labels['what']
    if (what !== 'pods' && what !== 'replicaSets' && what !== 'jobs') return
    run.answered.add(what)
    const label = { pods: pod, replicaSets: 'replicaset', jobs: 'job_name' }[what]
    const labels = { ...row.labels, namespace: row.labels[namespace] ?? '' }
    addOwners(run.owners[what], label, [{ ...row, labels }])
  })
}

async function readPortion(run: WindowRun, portion: Portion, find: FindWorkload) {
  const { start, end, seconds } = portion.chunk
  const { step } = run.slots
  const tally = emptyTally({ first: start, last: end, step, count: Math.round(seconds / step) })
  const before = run.client.partial()
  await gatherPortion(run, portion, { tally, find })
  const window = { from: new Date((start - step) * 1000), to: new Date(end * 1000) }
  const observations = finishTally(tally, { cluster: run.frame.cluster, window })
  return { observations, partial: run.client.partial() !== before }
}

/** One part's failure does not stop the others, but for refused credentials, a spent budget, and a server that never answers. */
async function attempt<T>(
  run: WindowRun,
  { chunk, shard }: Portion,
  work: () => Promise<T>,
  state?: { failed: number; read: number },
): Promise<T | undefined> {
  try {
    const result = await work()
    if (state !== undefined) state.read += 1
    return result
  } catch (error) {
    if (!(error instanceof ExpectedStop) || endsTheRun(error)) {
      run.client.close()
      throw error
    }
    if (state !== undefined) {
      state.failed += 1
      const all = run.chunks.length * run.shards.length
      if (state.read === 0 && (state.failed >= hopeless || state.failed === all)) {
        run.client.close()
        throw error
      }
    }
    const reason = error.problems.map(({ message }) => message).join('; ')
    run.onFailure(
      `${timeOf(chunk.start)} to ${timeOf(chunk.end)} of ${printShard(shard)} is left out: ${reason}`,
    )
    return undefined
  }
}
