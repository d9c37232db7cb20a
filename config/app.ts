import { z } from 'zod'
import { variableName } from './variable.ts'

/** Login as a GitHub App. */
export const appSchema = z
  .strictObject({
    id: z.union([z.int().min(1), z.string().min(1)]).describe('App ID or client ID.'),
    keyFile: z.string().min(1).optional().describe('File with the private key. Wins over `keyEnv`.'),
    keyEnv: variableName
      .default('TORTOISE_APP_KEY')
      .describe('Environment variable with the private key, the whole PEM file.'),
  })
  .describe(
    'Logs in as a GitHub App that is installed on the repository, instead of with `tokenEnv`. Its token is limited to this repository, and is renewed during the run.',
  )
