import { z } from 'zod'
import { variableName } from './variable.ts'

/** How to log in as a GitHub App. */
export const appSchema = z
  .strictObject({
    id: z.union([z.int().min(1), z.string().min(1)]).describe('App id, or client id.'),
    keyFile: z.string().min(1).optional().describe('File that holds the private key. Wins over `keyEnv`.'),
    keyEnv: variableName
      .default('TORTOISE_APP_KEY')
      .describe('Environment variable that holds the private key, the whole PEM file.'),
  })
  .describe(
    'Log in as a GitHub App that is installed on the repository, instead of with `tokenEnv`. Its token is for this repository alone, and renewed in mid-run.',
  )
