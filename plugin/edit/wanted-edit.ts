import type { FieldAddress } from '../model/field.ts'
import type { JsonPath } from '../model/json.ts'
import type { Site } from '../model/site.ts'

/** A value to write at a place in Git. */
export interface WantedEdit extends FieldAddress {
  readonly site: Site
  /** The value as text, without quotes. */
  readonly to: string
  /** The path of the field in its rendered object. */
  readonly rendered?: JsonPath
}
