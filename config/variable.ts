import { z } from 'zod'

/** The name of an environment variable. A secret in its place is rejected. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, not a secret itself')
