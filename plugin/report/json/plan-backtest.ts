import { z } from 'zod'
import { percent, ratio, sharedFigures } from '../figures.ts'

const figures = z
  .object({
    days: z.number().describe('Days of recorded usage that were replayed.'),
    requestedCores: z.number().describe('CPU requested by all pods, on average.'),
    requestedGibibytes: z.number().describe('Memory requested by all pods, on average.'),
    cpuRequestedOverUsed: ratio('CPU requested ÷ used'),
    memoryRequestedOverUsed: ratio('Memory requested ÷ used'),
    ...sharedFigures,
    percentAbove: percent('Time that the pods used more CPU than they request'),
    percentVolumeAbove: percent('CPU used above the requests, as a share of all CPU used'),
    percentThrottled: percent(
      'Time that the pods were at their CPU limits, or the share of throttled CFS periods if that is higher',
    ),
    oomKills: z
      .number()
      .int()
      .describe('Recorded OOM kills that would happen again, plus the days above a memory limit.'),
    replicas: z.number().describe('Pods, on average. With an HPA, the pods of the simulated HPA.'),
  })
  .describe('The result of some values on the recorded usage of a workload.')

/** The format of the backtests in a report. */
export const planBacktestSchema = z
  .object({
    currency: z.string().describe('Of costs.'),
    workloads: z.array(
      z.object({
        source: z.string(),
        cluster: z.string().optional(),
        workload: z.object({
          apiVersion: z.string(),
          kind: z.string(),
          namespace: z.string(),
          name: z.string(),
        }),
        before: figures,
        after: figures,
      }),
    ),
  })
  .describe(
    'The backtest: recorded usage replayed with the current and with the proposed values, for each workload to change.',
  )
