import type { Observation } from '../model/observation.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'

/** What a month of a reserved core and of a reserved GiB costs. */
export interface Prices {
  readonly cpu: number
  readonly memory: number
  /** Put before amounts, `$` for example. */
  readonly currency: string
}

/** What a changed request costs more or less a month, over the mean number of pods; empty where it costs nothing. */
export function monthlyCost(
  { field, from, to }: ProposedChange,
  observation: Observation | undefined,
  prices: Prices | undefined,
): string {
  const [before, after] = [readValue(field, from), readValue(field, to)]
  if (prices === undefined || before === undefined || after === undefined) return ''
  const unit =
    field === 'requests.cpu' ? prices.cpu / 1000 : field === 'requests.memory' ? prices.memory / 1024 ** 3 : 0
  if (unit === 0) return ''
  const amount = (after - before) * unit * (observation?.replicas?.mean ?? 1)
  const text = Math.abs(amount).toFixed(Math.abs(amount) < 10 ? 2 : 0)
  return `${amount < 0 ? '−' : '+'}${prices.currency}${text}`
}
