import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'

/** The `name=value` texts for `--set` of a list of mappings with `name` and `value`; items without both are skipped. */
export const assignmentsIn = (list: Json | undefined): readonly string[] =>
  listOf(list).flatMap((one) => {
    const [name, value] = [textOf(valueAt(one, ['name'])), valueAt(one, ['value'])]
    return name === undefined || value === undefined ? [] : [`${name}=${String(value)}`]
  })
