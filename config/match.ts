import { z } from 'zod'

/** What a rule or a wave matches. */
export const matchSchema = z
  .strictObject({
    cluster: z.string().optional().describe('Cluster name.'),
    namespace: z.string().optional().describe('Namespace.'),
    workload: z
      .string()
      .regex(/^[^/]+\/[^/]+$/, 'must be Kind/name')
      .optional()
      .describe('`Kind/name`.'),
    container: z.string().optional().describe('Container name.'),
  })
  .describe('What is matched; every part that is given must match.')
