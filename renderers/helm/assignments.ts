import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'

/** The `name=value` texts for `--set` of a list of mappings with `name` and `value`; items without both are skipped. */
export const assignmentsIn = (list: Json | undefined): readonly string[] =>
  listOf(list).flatMap((one) => {
    const [name, value] = [textOf(valueAt(one, ['name'])), valueAt(one, ['value'])]
    return name === undefined || value === undefined ? [] : [`${name}=${escaped(String(value))}`]
  })

/** A value with its commas escaped, since Helm reads what follows one as another assignment; a list `{a,b}` as it is. */
export const escaped = (value: string): string =>
  /^\{.*\}$/s.test(value) ? value : value.replace(/(?<!\\),/g, '\\,')

/** Whether Helm reads a text as one name of a parameter: not as a flag, and not as several assignments. */
export const isParameterName = (name: string): boolean => /^[^-,=][^,=]*$/.test(name)
