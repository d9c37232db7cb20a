import { z } from 'zod'

/** A percentage, 0 to 100. */
export const percent = z.number().min(0).max(100)
/** A path inside the repository, without a leading `./` and a trailing slash. */
export const repositoryPath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    message: 'must stay inside the repository: a relative path without ..',
  })
  .overwrite((path) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')
