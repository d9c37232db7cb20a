import { z } from 'zod'
import { toAmount } from '../plugin/model/quantity.ts'

/** A percentage, 0 to 100. */
export const percent = z.number().min(0).max(100)
/** The name of a Kubernetes namespace. It becomes a part of a path of the API. */
export const namespaceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace')
/** A text without line breaks and control characters. */
export const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}]+$/u, 'must be one line without control characters')
/** The name of a branch, by the rules of `git check-ref-format`. */
export const branchName = z
  .string()
  .min(1)
  .refine((name) => !forbiddenInRefs.test(name), { message: 'must be the name of a branch' })

const forbiddenInRefs = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[/-]|\/$|\.$|(^|\/)\.|\.lock(\/|$)|^@$/u

/** A path inside the repository, without a leading `./` and a trailing slash. */
export const repositoryPath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    message: 'must stay inside the repository: a relative path without ..',
  })
  .overwrite((path) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')

/** A quantity of Kubernetes, as text. */
const quantity = (resource: 'cpu' | 'memory') =>
  z
    .union([z.string(), z.number()])
    .transform(String)
    .refine(
      (text) => (toAmount(resource, text) ?? 0) > 0,
      resource === 'cpu'
        ? 'must be an amount of CPU, for example 250m'
        : 'must be an amount of memory, for example 512Mi',
    )

/** Amounts of CPU and memory. */
export const amountsSchema = z.strictObject({
  cpu: quantity('cpu').optional().describe('CPU, for example `250m`.'),
  memory: quantity('memory').optional().describe('Memory, for example `512Mi`.'),
})

/** Files with the certificates of a connection. */
export const tlsFiles = z
  .strictObject({
    caFile: z.string().min(1).optional().describe('PEM file with the trusted certificate authorities.'),
    certFile: z.string().min(1).optional().describe('PEM file with the client certificate.'),
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the private key of the client certificate.'),
  })
  .describe('Certificates of the connection.')

/** Where an editor finds the JSON Schema of a file. */
export const editorSchema = z
  .string()
  .optional()
  .describe('URL or path of the JSON Schema of this file, for editors. Nothing reads it.')
