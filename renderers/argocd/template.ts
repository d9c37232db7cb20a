import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'

/**
 * A template filled with parameters: `{{name}}`, or in a Go template `{{ .name }}` and `{{ index .list 0 }}`. `undefined`
 * when it holds any other expression: filled in part, it would name the wrong files.
 */
export function fillTemplate(template: Json, parameters: JsonObject, goTemplate: boolean): Json | undefined {
  const read = goTemplate ? readGo : readFlat
  let failed = false
  const fill = (value: Json): Json => {
    if (typeof value === 'string')
      return filledText(value, (expression) => {
        const found = read(expression, parameters)
        failed ||= found === undefined
        return found ?? ''
      })
    if (Array.isArray(value)) return value.map(fill)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  const filled = fill(template)
  return failed ? undefined : filled
}

/** A text with each `{{ expression }}` replaced, in time linear in its length. */
function filledText(text: string, replace: (expression: string) => string): string {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const start = text.indexOf('{{', at)
    const end = start === -1 ? -1 : text.indexOf('}}', start + 2)
    if (end === -1) return parts.join('') + text.slice(at)
    const expression = text
      .slice(start + 2, end)
      .replace(/^-/, '')
      .replace(/-$/, '')
      .trim()
    parts.push(text.slice(at, start), replace(expression))
    at = end + 2
  }
}

function readFlat(expression: string, parameters: JsonObject): string | undefined {
  return textOf(parameters[expression]) ?? textOf(valueAt(parameters, expression.split('.')))
}

function readGo(expression: string, parameters: JsonObject): string | undefined {
  const path = /^\.([\w.-]+)$/.exec(expression)?.[1]
  if (path !== undefined) return textOf(valueAt(parameters, path.split('.')))
  const [, list, index] = /^index \.([\w.]+) (\d+)$/.exec(expression) ?? []
  return list === undefined ? undefined : textOf(valueAt(parameters, [...list.split('.'), Number(index)]))
}
