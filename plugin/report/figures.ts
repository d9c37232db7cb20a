import { z } from 'zod'

/** The schema of a percentage. */
export const percent = (what: string) => z.number().describe(`${what}, 0 to 100.`)
/** The schema of one quantity divided by another. */
export const ratio = (what: string) =>
  z.number().optional().describe(`${what}; absent where nothing was used.`)

/** Figures that the backtest of profiles and that of a proposal share. */
export const sharedFigures = {
  costPerMonth: z.number().describe('Cost of the requests for 30 days, at the prices of settings.'),
  percentAtMaximum: percent('Time that the HPA needs more pods than its maximum'),
  percentShort: percent(
    'Time with too few pods: the pods of the simulated HPA need more CPU than they request',
  ).optional(),
}
