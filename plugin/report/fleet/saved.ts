import { z } from 'zod'
import type { Outcome } from '../../model/plan.ts'
import { type FleetReport, fleetSchema } from '../json/fleet.ts'
import { reportSchema } from '../json/report.ts'
import { type FleetFrame, fleetReport, visibleTexts } from './report.ts'

const savedSchema = z.discriminatedUnion('kind', [fleetSchema, reportSchema])

const fromPlan =
  'This report is made from a saved plan. It has the figures of the workloads that change, and no usage by the hour or day.'

/**
 * The report in what `report -o json` printed, or one made from what `plan -o json` printed; `undefined` for anything else. A
 * plan has figures only of workloads that change.
 */
export function savedReport(value: unknown, frame: FleetFrame): FleetReport | undefined {
  const { data } = savedSchema.safeParse(value)
  if (data === undefined) return undefined
  if (data.kind === 'TortoiseFleet') return visibleTexts(data)
  return fleetReport([outcomeOf(data)], { ...frame, notes: [fromPlan] })
}

/** The outcome that a plan in JSON is of. Both have the same shape, but for the proposal. */
function outcomeOf({ changes, delivery, backtest, ...plan }: z.infer<typeof reportSchema>): Outcome {
  const proof = {
    verdict: 'proved',
    sources: plan.proof?.sources ?? [],
    moved: [],
    unexpected: [],
    missing: [],
    failed: [],
  }
  return {
    plan: { ...plan, ...(backtest && { backtest }), proposal: { changes, edits: [], proof } },
    ...(delivery && { delivery }),
  } as unknown as Outcome
}
