import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'

/** A test of whether the selector of a generator keeps a set of parameters; without a selector it keeps every set. */
export const selects =
  (selector: Json | undefined) =>
  (set: JsonObject): boolean => {
    const labels = valueAt(selector, ['matchLabels'])
    const wanted = Object.entries(isJsonObject(labels) ? labels : {})
    const expressions = listOf(valueAt(selector, ['matchExpressions']))
    return (
      wanted.every(([key, value]) => parameter(set, key) === textOf(value)) &&
      expressions.every((expression) => holds(expression, set))
    )
  }

const parameter = (set: JsonObject, key: string): string | undefined =>
  textOf(set[key]) ?? textOf(valueAt(set, key.split('.')))

function holds(expression: Json, set: JsonObject): boolean {
  const found = parameter(set, textOf(valueAt(expression, ['key'])) ?? '')
  const values = listOf(valueAt(expression, ['values'])).flatMap((one) => textOf(one) ?? [])
  switch (valueAt(expression, ['operator'])) {
    case 'In':
      return found !== undefined && values.includes(found)
    case 'NotIn':
      return found === undefined || !values.includes(found)
    case 'Exists':
      return found !== undefined
    case 'DoesNotExist':
      return found === undefined
    default:
      return false
  }
}
