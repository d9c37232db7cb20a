import { z } from 'zod'

/** One entry of a changes file: a workload of a source, and its new values. */
const changeSchema = z.strictObject({
  source: z.string().min(1).describe('Directory or file, relative to the root of the repository.'),
  values: z.array(z.string()).optional().describe('Values files of a chart; later files win.'),
  release: z.string().optional().describe('Helm release name.'),
  namespace: z.string().optional().describe('Namespace of objects without one.'),
  workload: z.string().min(1).describe('`Kind/name`, or `namespace/Kind/name`.'),
  set: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('New values by `[container.]field`: `app.requests.cpu: 250m`.'),
})

/** The format of the changes file of `set --changes`. */
export const changesSchema = z
  .array(changeSchema)
  .describe('Values to set, for any number of sources and workloads.')

export type ChangesEntry = z.infer<typeof changeSchema>
