import { z } from 'zod'
import { deliverSchema } from './deliver.ts'
import { forgeSchema } from './forge.ts'
import { variableName } from './variable.ts'

/** Settings of the issue that shows several repositories. */
export const dashboardSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('HTTP(S) URL of the repository that has the issue. Not needed with `github`.'),
    tokenEnv: variableName
      .default('TORTOISE_GIT_TOKEN')
      .describe('Environment variable with the token for `url`.'),
    github: deliverSchema.shape.github.describe('The GitHub repository that has the issue.'),
    forge: forgeSchema.optional(),
  })
  .refine(({ url, github }) => url !== undefined || github !== undefined, {
    message: 'must have github or url',
  })
  .describe(
    'One issue for all repositories: their pull requests, changes, coverage and problems. Default: none.',
  )

export type DashboardSettings = z.infer<typeof dashboardSchema>
