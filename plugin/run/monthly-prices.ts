import type { Settings } from '../../config/schema.ts'
import type { Prices } from '../report/cost.ts'

/** A month of 30 days, as in backtests. */
const hoursPerMonth = 30 * 24

/** The prices of settings for a month. */
export const monthlyPrices = ({
  prices: { coreHour, gibibyteHour, currency },
}: Pick<Settings, 'prices'>): Prices => ({
  cpu: coreHour * hoursPerMonth,
  memory: gibibyteHour * hoursPerMonth,
  currency,
})
