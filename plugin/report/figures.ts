import { z } from 'zod'

/** A share of a hundred. */
export const percent = (what: string) => z.number().describe(`${what}, 0 to 100.`)
/** One quantity over another. */
export const ratio = (what: string) =>
  z.number().optional().describe(`${what}; absent where nothing was used.`)

/** What the backtest of profiles and that of a proposal tell alike. */
export const sharedFigures = {
  costPerMonth: z.number().describe('Requests at the prices of settings, for 30 days.'),
  percentAtMaximum: percent("Time at the HPA's maximum with more to do"),
  percentShort: percent(
    "Time in which a simulated HPA's pods are asked for more than they request",
  ).optional(),
}
