import { z } from 'zod'

/** One entry of a file of changes: a workload of a source, and the values it should have. */
const changeSchema = z.strictObject({
  source: z.string().min(1).describe('Directory or file, from the root of the repository.'),
  values: z.array(z.string()).optional().describe('Values files of a chart, weakest first.'),
  release: z.string().optional().describe('Helm release name.'),
  namespace: z.string().optional().describe('Namespace of objects that name none.'),
  workload: z.string().min(1).describe('`Kind/name`, or `namespace/Kind/name`.'),
  set: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('Values by `[container.]field`: `app.requests.cpu: 250m`.'),
})

/** The format of the file that `set --changes` reads. */
export const changesSchema = z
  .array(changeSchema)
  .describe('Values to set, over any number of sources and workloads.')

export type ChangesEntry = z.infer<typeof changeSchema>
