import * as z from 'zod'
/** One thing that was looked at. `error` keeps the job from being done, `warning` makes its result worse, `note` is good to know. */
export const checkSchema = z
  .object({
    level: z.enum(['ok', 'note', 'warning', 'error']).describe('How it stands.'),
    area: z.enum(['settings', 'programs', 'kubernetes', 'prometheus', 'data']).describe('What it is about.'),
    cluster: z.string().exactOptional().describe('Name of the cluster in settings.'),
    code: z.string().describe('Which check it was.'),
    message: z.string().describe('What was found.'),
    query: z.string().exactOptional().describe('PromQL that shows it.'),
    hint: z.string().exactOptional().describe('What to do about it.'),
  })
  .readonly()

export type Check = z.infer<typeof checkSchema>

/** What `tortoise doctor -o json` prints. */
export const doctorSchema = z
  .object({
    checks: z.array(checkSchema).readonly().describe('Everything that was looked at.'),
    rbac: z.string().exactOptional().describe('Rules that a ClusterRole lacks, as YAML.'),
  })
  .readonly()
  .describe('What `tortoise doctor -o json` prints.')

export type Diagnosis = z.infer<typeof doctorSchema>
