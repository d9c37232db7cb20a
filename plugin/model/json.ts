/** A plain JSON value, such as a renderer's output. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }
/** Path inside an object: keys and list positions. */
export type JsonPath = readonly (string | number)[]

/** Narrows a value to an object. */
export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path; `undefined` when there is none. */
export function valueAt(root: Json | undefined, path: JsonPath): Json | undefined {
  let value: Json | undefined = root
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isJsonObject(value) && typeof step === 'string') value = value[step]
    else return undefined
  }
  return value
}

/** A string or a number as text; `undefined` for anything else. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** The items of a list; an empty list for anything else. */
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
