import { z } from 'zod'
import { variableName } from './variable.ts'

/** Who vouches for commits. */
export const commitsSchema = z
  .strictObject({
    verified: z
      .boolean()
      .default(false)
      .describe(
        'Refuse to make a commit that nobody vouches for. What is made through the API of GitHub is signed by GitHub, for tokens of people too; what is pushed needs `signing`.',
      ),
    signing: z
      .strictObject({
        format: z.enum(['ssh', 'openpgp']).default('ssh').describe('Signed by ssh-keygen, or by gpg.'),
        keyFile: z
          .string()
          .min(1)
          .optional()
          .describe('File that holds the private key. Wins over `keyEnv`.'),
        keyEnv: variableName
          .default('TORTOISE_SIGNING_KEY')
          .describe('Environment variable that holds the private key as text.'),
        passphraseEnv: variableName
          .optional()
          .describe('Environment variable that holds the passphrase of the key.'),
      })
      .optional()
      .describe('Signs commits that are made from the checkout. Absent: they are not signed.'),
  })
  .describe('Who vouches for commits.')
