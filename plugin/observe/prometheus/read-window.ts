import type { Observation } from '../../model/observation.ts'
import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { addOwners, type FindWorkload, type Owners, workloadFinder } from '../owners.ts'
import { emptyTally, type Frame, finishTally } from './accumulate.ts'
import type { Portion } from './bisect-range.ts'
import type { DayCache } from './day-cache.ts'
import type { Merger } from './merge.ts'
import { endsTheRun } from './prometheus.ts'
import type { Chunk, Slots } from './queries.ts'
import { askPortion, gatherPortion, type Run } from './run-queries.ts'
import type { Shard } from './selector.ts'
import { printShard } from './shards.ts'

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
  const days = new Map(missing.map((chunk) => [chunk, emptyDay()]))
  await inParallel(
    portions,
    async (portion) => {
      const part = await attempt(run, portion, () => readPortion(run, portion, find), state)
      if (part !== undefined) run.merger.add(part.observations)
      step()
      await keepDay(run, portion.chunk, { day: days.get(portion.chunk) ?? emptyDay(), part })
    },
    portionsAtOnce(run.shards),
  )
  await run.cache?.keep(run.chunks.filter(run.finished).map(({ end }) => end))
}

/** Few portions at a time keep few slots in memory: one where they are large; where they are small, a third keeps the server busy while others end. */
function portionsAtOnce(shards: readonly Shard[]): number {
  const biggest = Math.max(
    ...shards.map(({ members }) => members.reduce((sum, [, series]) => sum + series, 0)),
  )
  return biggest > largePortion ? 1 : biggest > smallPortion ? 2 : 3
}

const smallPortion = 8000
const largePortion = 12_500

type Part = Awaited<ReturnType<typeof readPortion>>
interface Day {
  readonly observations: Observation[]
  parts: number
  whole: boolean
}
const emptyDay = (): Day => ({ observations: [], parts: 0, whole: true })

/** Keeps a day in the cache once its last part was read, if all were whole. */
async function keepDay(
  { cache, finished, shards }: WindowRun,
  chunk: Chunk,
  { day, part }: { readonly day: Day; readonly part: Part | undefined },
): Promise<void> {
  if (cache === undefined || !finished(chunk)) return
  day.parts += 1
  day.whole &&= part?.partial === false
  if (day.whole) day.observations.push(...(part?.observations ?? []))
  if (day.parts < shards.length) return
  if (day.whole) await cache.write(chunk.end, day.observations)
  day.observations.length = 0
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
  await askPortion(run, { ...portion, name: 'owners' }, (row) => {
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
