import { z } from 'zod'
import { variableName } from './variable.ts'

/** Settings of the forge of `deliver.remote`. */
export const forgeSchema = z
  .strictObject({
    kind: z
      .enum(['github', 'gitlab', 'gitea'])
      .optional()
      .describe('Kind of the forge; use `gitea` for Forgejo. Default: detected from the host of `remote`.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Base URL of the forge. Default: the root of the host of `remote`.'),
    tokenEnv: variableName
      .optional()
      .describe('Environment variable with the token for its API. Default: that of `remote`.'),
  })
  .describe('The forge of `remote`, for pull requests unless `github` is set.')
