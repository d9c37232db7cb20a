import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import type { EvaluateTemplates } from '../release/declaring-kind.ts'
import { patchApplication } from './template-patch.ts'

/** How templates are filled. */
interface FillPorts {
  readonly goTemplate: boolean
  readonly evaluate: EvaluateTemplates
}

/**
 * The Applications of an ApplicationSet: its template filled with each set of parameters, with its `templatePatch` applied.
 * Rejects with `source.render` where a template cannot be filled, or Argo CD does not apply the patch.
 */
export async function filledTemplates(
  set: JsonObject,
  parameters: readonly JsonObject[],
  ports: FillPorts,
): Promise<readonly JsonObject[]> {
  const template = valueAt(set, ['spec', 'template'])
  const patch = textOf(valueAt(set, ['spec', 'templatePatch']))
  if (!isJsonObject(template) || parameters.length === 0) return []
  const filled = await fillAll([template, ...(patch === undefined ? [] : [patch])], parameters, ports)
  return filled.flatMap(([application, patched]) => {
    if (!isJsonObject(application)) return []
    return [typeof patched === 'string' ? patchApplication(application, patchIn(patched)) : application]
  })
}

function patchIn(text: string): Json {
  try {
    return parseValue(text, { uniqueKeys: false })
  } catch (cause) {
    throw stop('source.render', 'its templatePatch is not YAML once it is filled', { cause })
  }
}

/** Values filled with each set of parameters; templates that are more than names are evaluated by the real engine. */
async function fillAll(
  values: readonly Json[],
  parameters: readonly JsonObject[],
  { goTemplate, evaluate }: FillPorts,
): Promise<readonly (readonly Json[])[]> {
  const simple = parameters.map((one) => fillTemplate([...values], one, goTemplate))
  if (simple.every((one) => Array.isArray(one))) return simple
  if (!goTemplate)
    throw stop('source.render', 'its template uses a parameter that its generators do not give')
  const templates = [...new Set(textsIn([...values]).filter((text) => text.includes('{{')))]
  const texts = await evaluate(templates, parameters)
  return parameters.map((_, index) => {
    const filled = new Map(templates.map((template, at) => [template, texts[index]?.[at] ?? '']))
    return values.map((value) => mapTexts(value, (text) => filled.get(text) ?? text))
  })
}

const textsIn = (value: Json): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((inner: Json) => mapTexts(inner, change))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]))
}

/**
 * A template filled with parameters: `{{name}}`, or in a Go template `{{ .name }}` and `{{ index .list 0 }}`. `undefined`
 * when it holds any other expression: filled in part, it would name the wrong files.
 */
export function fillTemplate(template: Json, parameters: JsonObject, goTemplate: boolean): Json | undefined {
  const read = goTemplate ? readGo : readFlat
  let failed = false
  const fill = (text: string): string =>
    filledText(text, (expression) => {
      const found = read(expression, parameters)
      failed ||= found === undefined
      return found ?? ''
    })
  const filled = mapTexts(template, fill)
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
