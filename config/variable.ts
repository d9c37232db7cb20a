import { z } from 'zod'

/** The name of an environment variable; a secret itself is refused. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, not a secret itself')
