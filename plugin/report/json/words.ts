import { z } from 'zod'
import type { Proof } from '../../model/proof.ts'
import type { Site } from '../../model/site.ts'

/** A controller object. */
export const workload = z
  .object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })
  .describe('A controller object.')
/** A typed address on a workload or its autoscaler. */
export const field = z.string().describe('`requests.cpu`, `hpa.target.cpu`, `env.GOMAXPROCS` …')
/** The container of a field. */
export const container = z
  .string()
  .optional()
  .describe('Absent for autoscaler fields, unless the metric names its container.')
/** The reasons for a value. */
export const reasons = z
  .array(z.object({ rule: z.string(), text: z.string() }))
  .describe('The rules that applied, in order.')
/** The address of a field in every row. */
export const address = { source: z.string(), cluster: z.string().optional(), workload, container, field }

/** A place in Git. */
export const site = z
  .object({
    kind: z
      .enum(['scalar', 'insert', 'patch', 'list'])
      .describe('An existing scalar, a key to create, a patch to add, or a list of triggers.'),
    file: z.string().describe('Relative to the root of the repository.'),
    line: z.number().int(),
    column: z.number().int(),
    document: z.number().int().describe('Position of the document in its file.'),
    path: z
      .array(z.union([z.string(), z.number()]))
      .describe('Keys and positions; `|` steps into a block of text that is YAML.'),
    range: z
      .array(z.number().int())
      .optional()
      .describe('Start and end of the scalar, in UTF-16 units of the file.'),
    text: z.string().optional().describe('The characters in that range.'),
  })
  .describe('A place in Git.')

/** A proof as JSON. */
export const proofJson = ({ verdict, sources, moved }: Proof): object => ({
  verdict,
  sources,
  fields: moved.length,
})

/** A place in Git, in the format of `site`. */
export function siteJson({ kind, file, line, column, document, path, ...rest }: Site): object {
  return {
    kind,
    file,
    line,
    column,
    document,
    path,
    ...('range' in rest ? { range: rest.range, text: rest.text } : {}),
  }
}
