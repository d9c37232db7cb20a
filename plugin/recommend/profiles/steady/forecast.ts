import { quartersPerDay } from '../../../model/daily.ts'
import { bucketStart, type SketchScale } from '../../../model/sketch.ts'
import type { Price, Shares } from './demand.ts'
import type { UsageBlocks } from './usage-blocks.ts'
import { type Day, daysOf, isRising, type Weighted, zeroRows } from './usage-days.ts'

/**
 * Experts: each forecasts the next day's usage as the past, with weights that halve in so many days, or as the same
 * weekday one and two weeks before.
 */
const experts = [
  { halfLife: 0.125, prior: 0.3 },
  { halfLife: 0.5, prior: 0.3 },
  { halfLife: 4, prior: 0.3 },
  { halfLife: undefined, prior: 0.1 },
] as const
/** How fast the weight of an expert falls with its cost on past days. */
const learningRate = 30
/** Days whose costs count, and what one day less leaves of a cost. */
const memory = { days: 8, discount: 0.8 } as const

/** Blocks after the first one up to which weights grow: 2 to the power of twice as many is a number. A history has 112 at most. */
const mostBlocks = 400

const endsByScale = new Map<SketchScale, Float64Array>()

/** The upper ends of the buckets of a scale. */
function endsOf(scale: SketchScale): Float64Array {
  const ends =
    endsByScale.get(scale) ??
    Float64Array.from({ length: scale.count }, (_, bucket) => bucketStart(scale, bucket + 1))
  endsByScale.set(scale, ends)
  return ends
}

const middlesByScale = new Map<SketchScale, Float64Array>()

/** The middles of the buckets of a scale. */
function middlesOf(scale: SketchScale): Float64Array {
  const middles =
    middlesByScale.get(scale) ?? endsOf(scale).map((end, bucket) => (bucketStart(scale, bucket) + end) / 2)
  middlesByScale.set(scale, middles)
  return middles
}

/** The mean usage with weights that halve in two days, in the unit of the scale. */
export function recentMean(blocks: UsageBlocks, scale: SketchScale): number {
  const { numbers, starts, buckets, weights } = blocks
  const last = numbers.at(-1) ?? 0
  const middles = middlesOf(scale)
  let [sum, weight] = [0, 0]
  for (let index = 0; index < numbers.length; index += 1) {
    const factor = 2 ** (((numbers[index] ?? 0) - last) / quartersPerDay / 2)
    const end = starts[index + 1] ?? 0
    for (let at = starts[index] ?? 0; at < end; at += 1) {
      const amount = (weights[at] ?? 0) * factor
      sum += amount * (middles[buckets[at] ?? 0] ?? 0)
      weight += amount
    }
  }
  return weight === 0 ? 0 : sum / weight
}

/**
 * The distribution of the coming day's usage: a mixture of the experts. The weight of each is its prior × exp(−rate × cost), where
 * cost is that of its past choices at the same price on the days that followed them. This is the method of exponential weights:
 * https://en.wikipedia.org/wiki/Multiplicative_weight_update_method
 */
export function forecast(blocks: UsageBlocks, scale: SketchScale, price: Price): Shares {
  const { lowest, highest } = blocks
  const size = highest - lowest + 1
  const ends = endsOf(scale).subarray(lowest, highest + 1)
  const rows = zeroRows(size)
  const states = experts.map((): Weighted => ({ shares: rows(), weight: 0 }))
  const losses = new Float64Array(experts.length)
  const days = daysOf(blocks, rows)
  const last = days.at(-1)?.day ?? 0
  for (const [index, day] of days.entries()) {
    const age = last - day.day
    if (index > 0 && age < memory.days) {
      const known = forecasts(states, days, day.day)
      for (const [expert, one] of known.entries())
        losses[expert] = (losses[expert] ?? 0) + memory.discount ** age * costOn(day, one, { ends, price })
    }
    absorb(states, blocks, day)
  }
  if (isRising(days, ends)) losses.fill(0)
  const shares = new Float64Array(scale.count)
  mix(forecasts(states, days, last + 1), losses, (at, share) => {
    shares[lowest + at] = (shares[lowest + at] ?? 0) + share
  })
  return shares
}

/** Adds a day's blocks to the experts that weight the past by age: later blocks weigh more, so earlier ones need not be lowered. */
function absorb(states: readonly Weighted[], blocks: UsageBlocks, day: Day): void {
  for (let expert = 0; expert < states.length; expert += 1) {
    const state = states[expert]
    const halfLife = experts[expert]?.halfLife
    if (state === undefined || halfLife === undefined) continue
    for (const index of day.blocks) absorbBlock(state, halfLife, { blocks, index })
  }
}

function absorbBlock(
  state: Weighted,
  halfLife: number,
  { blocks, index }: { readonly blocks: UsageBlocks; readonly index: number },
): void {
  const { numbers, starts, buckets, weights, lowest } = blocks
  const passed = (numbers[index] ?? 0) - (numbers[0] ?? 0)
  const factor = 2 ** (Math.min(passed, mostBlocks) / quartersPerDay / halfLife)
  const { shares } = state
  const end = starts[index + 1] ?? 0
  for (let at = starts[index] ?? 0; at < end; at += 1) {
    const place = (buckets[at] ?? 0) - lowest
    const amount = (weights[at] ?? 0) * factor
    shares[place] = (shares[place] ?? 0) + amount
    state.weight += amount
  }
}

/** What each expert forecasts for a day from the days before it. One without data forecasts what the slowest does. */
function forecasts(states: readonly Weighted[], days: readonly Day[], day: number): readonly Weighted[] {
  const slowest = states[slowestExpert]
  return states.map((state, expert) => {
    if (experts[expert]?.halfLife !== undefined) return state
    const same = sameWeekday(days, day)
    return same.weight > 0 || slowest === undefined ? same : slowest
  })
}

const slowestExpert = 2

function sameWeekday(days: readonly Day[], day: number): Weighted {
  const [week, two] = [7, 14].map((age) => days.find((one) => one.day === day - age))
  if (week === undefined || two === undefined) return week ?? two ?? { shares: new Float64Array(), weight: 0 }
  const shares = week.shares.map((share, place) => share + (two.shares[place] ?? 0) / 2)
  return { shares, weight: week.weight + two.weight / 2 }
}

/** The cost of a forecast's choice on the day that followed: price × request and time above it, as a share of the day. */
function costOn(
  day: Day,
  forecast: Weighted,
  { ends, price }: { readonly ends: Float64Array; readonly price: Price },
): number {
  const choice = cheapest(forecast, ends, price)
  let above = 0
  for (let place = choice + 1; place < day.shares.length; place += 1) above += day.shares[place] ?? 0
  return price.sharePerUnit * (ends[choice] ?? 0) + above / day.weight
}

/** The place of the bucket whose end costs least, as `pricedRequest` chooses it. */
function cheapest(
  { shares, weight }: Weighted,
  ends: Float64Array,
  { sharePerUnit, covered }: Price,
): number {
  let above = 1
  let best = ends.length - 1
  let least = Number.POSITIVE_INFINITY
  for (let place = 0; place < shares.length; place += 1) {
    const share = (shares[place] ?? 0) / weight
    above -= share
    if (share === 0 || above > 1 - covered + 1e-9) continue
    const cost = sharePerUnit * (ends[place] ?? 0) + above
    if (cost < least) {
      best = place
      least = cost
    }
  }
  return best
}

function mix(
  known: readonly Weighted[],
  losses: Float64Array,
  add: (place: number, share: number) => void,
): void {
  const least = losses.reduce((low, loss) => Math.min(low, loss), Number.POSITIVE_INFINITY)
  const factors = known.map(
    (_, expert) => (experts[expert]?.prior ?? 0) * Math.exp(-learningRate * ((losses[expert] ?? 0) - least)),
  )
  const sum = factors.reduce((total, factor) => total + factor, 0)
  for (const [expert, { shares, weight }] of known.entries()) {
    const factor = (factors[expert] ?? 0) / sum / (weight || 1)
    for (let place = 0; place < shares.length; place += 1) add(place, (shares[place] ?? 0) * factor)
  }
}
