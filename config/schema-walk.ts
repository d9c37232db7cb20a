interface Wrapped {
  readonly def?: { readonly innerType?: unknown; readonly in?: unknown; readonly element?: unknown }
  readonly shape?: Readonly<Record<string, unknown>>
}

/** The inner schema without defaults, optionals and transforms. */
function unwrap(schema: unknown): Wrapped {
  let bare = schema as Wrapped | undefined
  for (let inner: unknown = bare; inner !== undefined; inner = bare?.def?.innerType ?? bare?.def?.in)
    bare = inner as Wrapped
  return bare ?? {}
}

/** The schemas of the keys of an object schema; `undefined` for a schema of another kind. */
export const shapeOf = (schema: unknown): Readonly<Record<string, unknown>> | undefined => {
  const { shape } = unwrap(schema)
  return shape
}

/** The schema of the elements of a list schema; `undefined` for a schema of another kind. */
export const elementOf = (schema: unknown): unknown => unwrap(schema).def?.element

/** A mapping as YAML gives it, not yet checked. */
export type RawMapping = Readonly<Record<string, unknown>>

/** Whether a value is a plain mapping. */
export const isMapping = (value: unknown): value is RawMapping =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
