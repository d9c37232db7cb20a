import { z } from 'zod'
import { variableName } from './variable.ts'

/** Settings of commit signatures. */
export const commitsSchema = z
  .strictObject({
    verified: z
      .boolean()
      .default(false)
      .describe(
        'Makes only signed commits. GitHub signs commits that are made through its API, also with a personal token. Commits that are pushed need `signing`.',
      ),
    signing: z
      .strictObject({
        format: z.enum(['ssh', 'openpgp']).default('ssh').describe('Sign with ssh-keygen or with gpg.'),
        keyFile: z.string().min(1).optional().describe('File with the private key. Wins over `keyEnv`.'),
        keyEnv: variableName
          .default('TORTOISE_SIGNING_KEY')
          .describe('Environment variable with the private key as text.'),
        passphraseEnv: variableName
          .optional()
          .describe('Environment variable with the passphrase of the key.'),
      })
      .optional()
      .describe('Signs commits that are made from the checkout. Default: they are not signed.'),
  })
  .describe('Signatures of commits.')
