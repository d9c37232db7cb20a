import { z } from 'zod'
import type { Trace } from '../../model/site.ts'
import { container, field, site, siteJson, workload } from './words.ts'

/** The format of `trace -o json`. */
export const traceSchema = z
  .array(
    z.object({
      workload,
      container,
      field,
      source: z.string(),
      value: z.string().describe('As rendered.'),
      autoscaler: workload.optional().describe('The autoscaler object that holds an `hpa.*` field.'),
      site: site.nullable().describe('The source line: the place in Git that sets the value.'),
      reach: z
        .object({ sources: z.array(z.string()), containers: z.number().int() })
        .describe('What an edit of the source line also changes.'),
      leaf: site.nullable().describe('The override: the place where a value for this source alone would go.'),
      chosen: z.enum(['site', 'leaf']).nullable(),
      reason: z.string().optional(),
      considered: z
        .array(
          z.object({
            file: z.string(),
            line: z.number().int(),
            column: z.number().int(),
            text: z.string(),
            why: z.string(),
          }),
        )
        .optional()
        .describe('Scalars at the same keys in layers that are overridden.'),
      sharedWith: z
        .array(z.object({ source: z.string(), workload, container, field }))
        .describe('Other fields that the source line sets.'),
    }),
  )
  .describe('Every literal field of a source and the place in Git that sets it.')

/** Traces as JSON, in the format of `traceSchema`. */
export const jsonTraces = (traces: readonly Trace[]): readonly object[] =>
  traces.map(({ override, onlyShared: _, separate: _separate, rules: _rules, ...trace }) => ({
    ...trace,
    site: trace.site && siteJson(trace.site),
    // The format calls an override a leaf.
    leaf: override && siteJson(override),
    chosen: trace.chosen === 'override' ? 'leaf' : trace.chosen,
  }))
