import * as z from 'zod'
import type { Coverage } from '../../model/coverage.ts'
import { coverageSchema } from './coverage.ts'

/** One check. `error`: a run would fail. `warning`: the result of a run is worse. `note`: for information. */
export const checkSchema = z
  .object({
    level: z.enum(['ok', 'note', 'warning', 'error']).describe('The result of the check.'),
    area: z
      .enum(['settings', 'programs', 'kubernetes', 'prometheus', 'data'])
      .describe('What the check is about.'),
    cluster: z.string().exactOptional().describe('Name of the cluster in settings.'),
    code: z.string().describe('Name of the check.'),
    message: z.string().describe('What was found.'),
    query: z.string().exactOptional().describe('PromQL that shows it.'),
    hint: z.string().exactOptional().describe('How to fix it.'),
  })
  .readonly()

export type Check = z.infer<typeof checkSchema>

/** What `tortoise doctor -o json` prints. */
export const doctorSchema = z
  .object({
    checks: z.array(checkSchema).readonly().describe('All checks.'),
    coverage: coverageSchema.exactOptional(),
    rbac: z.string().exactOptional().describe('Rules that are missing in the ClusterRole, as YAML.'),
  })
  .readonly()
  .describe('What `tortoise doctor -o json` prints.')

/** All checks, with what they found. */
export interface Diagnosis {
  readonly checks: readonly Check[]
  readonly rbac?: string
  readonly coverage?: readonly Coverage[]
}
