/**
 * The name of a field as Go's decoder compares it: without case, and with the two letters beside ASCII that fold into it
 * (the long s and the sign of the kelvin). https://pkg.go.dev/encoding/json#Unmarshal
 */
export const folded = (key: string): string => key.toUpperCase().toLowerCase()

/** A set of names of fields to look up by `folded`. */
export const foldedSet = (keys: readonly string[]): ReadonlySet<string> => new Set(keys.map(folded))

/** Fields whose texts configure a plugin: paths, or whole documents. */
const pluginFields = foldedSet(['generators', 'transformers', 'validators'])

/** Whether the texts of a field configure plugins. */
export const configuresPlugins = (key: string): boolean => pluginFields.has(folded(key))

/** Whether kustomize reads a text of such a field as a document: a mapping, which no path is. */
export const isInlineDocument = (key: string, text: string): boolean =>
  configuresPlugins(key) && /[\n\r:{]/.test(text)
