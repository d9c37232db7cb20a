import { z } from 'zod'
import { escapeMarkdown } from '../model/escape-markdown.ts'
import { plural } from '../model/plural.ts'
import { type UsageReading, usageOrigins } from '../model/reading.ts'

/** Where usage was read from, as reports list it. */
export const usageSchema = z
  .array(
    z.object({
      cluster: z.string(),
      origin: z.enum(usageOrigins),
      workloads: z.number().int().describe('Workloads whose usage it gave.'),
      dialect: z.string().optional().describe('How it records.'),
      cost: z
        .object({
          queries: z.number().int(),
          series: z.number().int(),
          samples: z.number().int().describe('Points of all series.'),
          seconds: z.number().describe('Of answers, those that ran side by side added up.'),
          bytes: z.number().int(),
        })
        .optional()
        .describe('What was asked.'),
    }),
  )
  .describe('Where usage was read from, and what that took.')

/** A reading on one line of Markdown. */
function printReading({ cluster, origin, workloads, dialect, cost }: UsageReading): string {
  const took =
    cost === undefined
      ? ''
      : `: ${cost.queries} queries, ${cost.series} series, ${cost.samples} points, ${Math.round(cost.seconds)} s of answers`
  const how = dialect === undefined ? '' : ` (${escapeMarkdown(dialect)})`
  return `${escapeMarkdown(cluster)} from ${origin}, ${plural(workloads, 'workload')}${took}${how}`
}

/** The readings as a part of a report that opens at a click. */
export const usageSection = (usage: readonly UsageReading[] = []): readonly string[] =>
  usage.length === 0
    ? []
    : [
        `<details><summary>Where usage was read</summary>\n\n${usage.map((one) => `- ${printReading(one)}`).join('\n')}\n\n</details>`,
      ]
