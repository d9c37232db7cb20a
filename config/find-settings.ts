import { settingsSchema } from './schema.ts'
import { elementOf, isMapping, shapeOf } from './schema-walk.ts'
import { holdsOperatorSettingsAlone, settingLists } from './setting-kinds.ts'

/** A setting in a parsed file. */
export interface FoundSetting {
  /** Its name without indices: `clusters.prometheus.url`. */
  readonly name: string
  readonly path: readonly (string | number)[]
  readonly value: unknown
  /** The name of the cluster that it is of. */
  readonly cluster?: string
}

/** The settings in a parsed file, down to those that hold a value, a list or a free mapping. Unknown keys are left out. */
export const settingsIn = (raw: unknown): readonly FoundSetting[] =>
  settingsAt(settingsSchema, { name: '', path: [], value: raw })

function settingsAt(schema: unknown, at: FoundSetting): readonly FoundSetting[] {
  const { name, path, value } = at
  if (settingLists.includes(name) && typeof path.at(-1) === 'string') return itemsAt(elementOf(schema), at)
  const shape = shapeOf(schema)
  if (shape === undefined) return [at]
  // A value of the wrong type is left to the schema, which names its place.
  if (!isMapping(value)) return []
  // `google: {}` sets something by being there.
  if (Object.keys(value).length === 0 && holdsOperatorSettingsAlone(name)) return [at]
  return Object.entries(value).flatMap(([key, inner]) => {
    if (!Object.hasOwn(shape, key)) return []
    const below = name === '' ? key : `${name}.${key}`
    return settingsAt(shape[key], { ...at, name: below, path: [...path, key], value: inner })
  })
}

const itemsAt = (schema: unknown, { name, path, value }: FoundSetting): readonly FoundSetting[] =>
  Array.isArray(value)
    ? value.flatMap((item: unknown, index) =>
        settingsAt(schema, {
          name,
          path: [...path, index],
          value: item,
          ...(name === 'clusters' ? nameOf(item) : {}),
        }),
      )
    : []

const nameOf = (cluster: unknown): { readonly cluster?: string } =>
  isMapping(cluster) && typeof cluster['name'] === 'string' ? { cluster: cluster['name'] } : {}

/** The names of all settings, groups included. */
export function settingNames(): readonly string[] {
  const names: string[] = []
  const collect = (schema: unknown, prefix: string): void => {
    for (const [key, inner] of Object.entries(shapeOf(schema) ?? {})) {
      const name = `${prefix}${key}`
      names.push(name)
      collect(settingLists.includes(name) ? elementOf(inner) : inner, `${name}.`)
    }
  }
  collect(settingsSchema, '')
  return names
}

type Path = FoundSetting['path']

/** A copy of a parsed file without the settings at some paths, and without the operator groups that this empties. */
export function withoutSettings(raw: unknown, paths: readonly Path[]): unknown {
  const removed = new Set(paths.map((path) => JSON.stringify(path)))
  const copy = (value: unknown, at: Path): unknown => {
    if (Array.isArray(value))
      return value.flatMap((one, index) => {
        const copied = copy(one, [...at, index])
        return isEmptied(one, copied, at) ? [] : [copied]
      })
    if (!isMapping(value)) return value
    const kept = Object.entries(value).flatMap(([key, inner]) => {
      const path = [...at, key]
      if (removed.has(JSON.stringify(path))) return []
      const copied = copy(inner, path)
      return isEmptied(inner, copied, path) ? [] : [[key, copied] as const]
    })
    return Object.fromEntries(kept)
  }
  return copy(raw, [])
}

const isEmptied = (before: unknown, after: unknown, path: Path): boolean =>
  isMapping(before) &&
  isMapping(after) &&
  Object.keys(before).length > 0 &&
  Object.keys(after).length === 0 &&
  holdsOperatorSettingsAlone(path.filter((step) => typeof step === 'string').join('.'))
