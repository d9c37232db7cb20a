import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'

/**
 * The Applications that an ApplicationSet made, where only the cluster knows its parameters: each live one gives the values
 * of the expressions in the template, and `current`, the template with edits, is filled with them. Applications from which
 * they cannot be read are left out. `templatePatch` is not applied: what it changed is a difference of the live object.
 */
export function ledBack(
  template: JsonObject,
  current: JsonObject,
  live: readonly LiveDeclaration[],
): readonly JsonObject[] {
  return live.flatMap(({ name, spec }) => {
    const values = new Map<string, string>()
    const read =
      collect(valueAt(template, ['metadata', 'name']), name, values) &&
      collect(valueAt(template, ['spec']), spec, values)
    const filled = read ? fill(current, values) : undefined
    return isJsonObject(filled) && valueAt(filled, ['metadata', 'name']) === name ? [filled] : []
  })
}

/** Collects the values of the expressions in a template from what it was filled to; false where they contradict. */
function collect(template: Json | undefined, filled: Json | undefined, values: Map<string, string>): boolean {
  if (typeof template === 'string' && template.includes('{{'))
    return filled === undefined || collectText(template, textOf(filled) ?? '', values)
  if (Array.isArray(template) && Array.isArray(filled))
    return template.every((inner: Json, index) => collect(inner, filled[index], values))
  if (!isJsonObject(template) || !isJsonObject(filled)) return true
  return Object.entries(template).every(([key, inner]) => collect(inner, filled[key], values))
}

/** The pieces of a text: what is between expressions at even positions, the expressions at odd ones. */
const piecesOf = (template: string): readonly string[] => template.split(/\{\{-?\s*(.*?)\s*-?\}\}/)

function collectText(template: string, filled: string, values: Map<string, string>): boolean {
  const pieces = piecesOf(template)
  let rest = filled
  if (!rest.startsWith(pieces[0] ?? '')) return true
  rest = rest.slice((pieces[0] ?? '').length)
  for (let at = 1; at < pieces.length; at += 2) {
    const [expression = '', after = ''] = [pieces[at], pieces[at + 1]]
    const isLast = at + 2 >= pieces.length
    const end = isLast ? rest.length - after.length : after === '' ? -1 : rest.indexOf(after)
    // Two expressions side by side, or another text: the live object was changed there.
    if (end < 0 || !rest.slice(end).startsWith(after)) return true
    const value = rest.slice(0, end)
    if ((values.get(expression) ?? value) !== value) return false
    values.set(expression, value)
    rest = rest.slice(end + after.length)
  }
  return true
}

/** A template with the values of its expressions; `undefined` where one is not known. */
function fill(value: Json, values: ReadonlyMap<string, string>): Json | undefined {
  if (typeof value === 'string') {
    const pieces = piecesOf(value)
    const texts = pieces.map((piece, index) => (index % 2 === 0 ? piece : values.get(piece)))
    return texts.every((text) => text !== undefined) ? texts.join('') : undefined
  }
  if (Array.isArray(value)) {
    const items = value.map((inner: Json) => fill(inner, values))
    return items.every((item) => item !== undefined) ? items : undefined
  }
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, fill(inner, values)] as const)
  return entries.every(([, inner]) => inner !== undefined)
    ? (Object.fromEntries(entries) as JsonObject)
    : undefined
}
