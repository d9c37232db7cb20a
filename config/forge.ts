import { z } from 'zod'
import { variableName } from './variable.ts'

/** Which forge stands behind `deliver.remote`. */
export const forgeSchema = z
  .strictObject({
    kind: z
      .enum(['github', 'gitlab', 'gitea'])
      .optional()
      .describe('What it is; Forgejo counts as `gitea`. Default: told by the host of `remote`.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Base URL of the forge. Default: the root of the host of `remote`.'),
    tokenEnv: variableName
      .optional()
      .describe('Environment variable that holds the token for its API. Default: that of `remote`.'),
  })
  .describe('The forge that holds `remote`, where pull requests are opened unless `github` is set.')
