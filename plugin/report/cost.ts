import type { Observation } from '../model/observation.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'

/** What a month of a reserved core and of a reserved GiB costs. */
export interface Prices {
  readonly cpu: number
  readonly memory: number
  /** As in settings: a code, `USD`, or a sign, `$`. */
  readonly currency: string
}

/**
 * What a changed request adds to the cost of a month, over the mean number of pods; negative where it saves. `undefined`
 * without prices, and for fields that cost nothing.
 */
export function monthlyCost(
  { field, from, to }: ProposedChange,
  observation: Observation | undefined,
  prices: Prices | undefined,
): number | undefined {
  const [before, after] = [readValue(field, from), readValue(field, to)]
  if (prices === undefined || before === undefined || after === undefined) return undefined
  const unit =
    field === 'requests.cpu' ? prices.cpu / 1000 : field === 'requests.memory' ? prices.memory / 1024 ** 3 : 0
  return unit === 0 ? undefined : (after - before) * unit * (observation?.replicas?.mean ?? 1)
}
