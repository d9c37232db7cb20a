import { deliverSchema } from '../../../config/deliver.ts'
import type { Settings } from '../../../config/schema.ts'

/** The `deliver` settings of a value, with the defaults. */
export const parseDeliver = (value: object): Settings['deliver'] => deliverSchema.parse(value)
