import { z } from 'zod'
import { plural } from '../model/plural.ts'
import { type UsageReading, usageOrigins } from '../model/reading.ts'
import { type Markdown, markdown } from '../model/text/markdown.ts'

/** The schema of where usage was read from. */
export const usageSchema = z
  .array(
    z.object({
      cluster: z.string(),
      origin: z.enum(usageOrigins),
      workloads: z.number().int().describe('Workloads that have usage data from it.'),
      dialect: z.string().optional().describe('The recording dialect.'),
      cost: z
        .object({
          queries: z.number().int(),
          series: z.number().int(),
          samples: z.number().int().describe('Points of all series.'),
          seconds: z.number().describe('Time of all responses, including those that ran at the same time.'),
          bytes: z.number().int(),
        })
        .optional()
        .describe('The cost of the queries.'),
    }),
  )
  .describe('Where usage was read from, and the cost of it.')

/** A reading on one line of Markdown. */
function printReading({ cluster, origin, workloads, dialect, cost }: UsageReading): Markdown {
  const took =
    cost === undefined
      ? ''
      : markdown`: ${cost.queries} queries, ${cost.series} series, ${cost.samples} points, ${Math.round(cost.seconds)} s of response time`
  const how = dialect === undefined ? '' : markdown` (${dialect})`
  return markdown`${cluster} from ${origin}, ${plural(workloads, 'workload')}${took}${how}`
}

/** The readings as a folded section of a report. */
export const usageSection = (usage: readonly UsageReading[] = []): readonly Markdown[] => {
  if (usage.length === 0) return []
  const lines = usage.map((one) => markdown`- ${printReading(one)}`)
  return [
    markdown`<details><summary>Where usage was read from</summary>\n\n${markdown.join(lines, '\n')}\n\n</details>`,
  ]
}
