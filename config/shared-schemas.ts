import { z } from 'zod'

/** A share of a hundred. */
export const percent = z.number().min(0).max(100)
/** A path that stays inside the repository. */
export const repositoryPath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    message: 'must stay inside the repository: a relative path without ..',
  })
  .overwrite((path) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')
