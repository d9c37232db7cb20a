import { z } from 'zod'
import { variableName } from './variable.ts'

/** Settings of the object storage that keeps data between runs. */
export const storageSchema = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .describe('Name of the bucket.'),
    prefix: z
      .string()
      .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path of letters, digits and . _ -')
      .optional()
      .describe('Path in the bucket. Default: its top.'),
    region: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('URL of another server that speaks the protocol of S3. Default: that of AWS for the region.'),
    keyIdEnv: variableName
      .default('AWS_ACCESS_KEY_ID')
      .describe('Environment variable with the id of the access key.'),
    secretEnv: variableName
      .default('AWS_SECRET_ACCESS_KEY')
      .describe('Environment variable with the secret of the access key.'),
    tokenEnv: variableName
      .default('AWS_SESSION_TOKEN')
      .describe('Environment variable with the session token of temporary keys.'),
    timeoutSeconds: z
      .number()
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('Seconds in which the server must answer a request.'),
    renderings: z
      .boolean()
      .default(true)
      .describe(
        'Keeps renderings there too, so that a fresh machine does not render again what did not change.',
      ),
  })
  .describe(
    'Object storage (S3 and servers with its protocol) for finished days of usage, renderings, and files that flags name as `store:NAME`. A run goes on without it if it fails. Default: none.',
  )

export type StorageSettings = z.infer<typeof storageSchema>
