import { z } from 'zod'
import { workload } from './words.ts'

/** How much of each cluster the sources cover. */
export const coverageSchema = z
  .array(
    z.object({
      cluster: z.string(),
      used: z.number().int().describe('Workloads with usage.'),
      managed: z.number().int().describe('Those among them that a source declares.'),
      share: z
        .object({ cpu: z.number(), memory: z.number() })
        .optional()
        .describe('What managed workloads request as a share of what all request, 0 to 1.'),
      unmanaged: z.array(
        z.object({
          workload,
          requested: z
            .object({ cpu: z.number(), memory: z.number() })
            .optional()
            .describe('Millicores and bytes of all its pods.'),
          why: z.string().describe('Why no source declares it, and what would bring it in.'),
        }),
      ),
      advice: z.array(z.string()).describe('What to set where sources and usage do not match.'),
    }),
  )
  .describe('How much of each cluster the sources cover.')
