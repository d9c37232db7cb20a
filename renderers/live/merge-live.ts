import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'

/** An object with what the cluster has set, and where that differs from Git. */
export interface MergedWithLive {
  readonly object: JsonObject
  /** Paths in `spec` whose live value is not that of Git: `source.helm.parameters.image.tag`. */
  readonly differences: readonly string[]
}

/**
 * An object as Git has it, with those parts of its `spec` that the cluster has changed since: wherever the live value is not
 * the one of the unedited object, the live one counts. `keys` limits this to what decides the rendering.
 */
export function mergeLive(
  object: JsonObject,
  {
    base,
    live,
    keys,
  }: { readonly base: JsonObject; readonly live: JsonObject; readonly keys: readonly string[] },
): MergedWithLive {
  const differences: string[] = []
  const spec = valueAt(object, ['spec'])
  const merged = keys.flatMap((key) => {
    const sides = [spec, valueAt(base, ['spec']), live].map((one) => keyed(valueAt(one, [key])))
    const value = merge([sides[0], sides[1], sides[2]], [key], differences)
    return value === undefined ? [] : [[key, unkeyed(value)] as const]
  })
  if (differences.length === 0) return { object, differences }
  const rest = Object.entries(isJsonObject(spec) ? spec : {}).filter(([key]) => !keys.includes(key))
  return { object: { ...object, spec: Object.fromEntries([...rest, ...merged]) }, differences }
}

/** Values that the API server writes into objects that do not have them. */
const defaults: ReadonlyMap<string, Json> = new Map([
  ['chart.spec.reconcileStrategy', 'ChartVersion'],
  ['chart.spec.version', '*'],
])

type Sides = readonly [current: Json | undefined, base: Json | undefined, live: Json | undefined]

function merge(
  [current, base, live]: Sides,
  path: readonly string[],
  differences: string[],
): Json | undefined {
  if (same(base, live) || (base === undefined && defaults.get(path.join('.')) === live)) return current
  if (!isJsonObject(base) || !isJsonObject(live)) {
    differences.push(path.join('.'))
    return live
  }
  const own = isJsonObject(current) ? current : {}
  const names = new Set([...Object.keys(own), ...Object.keys(base), ...Object.keys(live)])
  const entries = [...names].flatMap((name) => {
    const value = merge([own[name], base[name], live[name]], [...path, name], differences)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
}

/** Whether two values say the same; the API server may fill in empty mappings and lists. */
function same(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((inner: Json) => sorted(inner) ?? null)
  if (!isJsonObject(value)) return value === null ? undefined : value
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const inner = sorted(value[key])
      return inner === undefined ? [] : [[key, inner] as const]
    })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

const mark = 'by name'

/** A value in which lists of mappings with names, and lists of sources, are mappings, so that their items are compared. */
function keyed(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const names = value.map((item: Json, index) =>
      isJsonObject(item)
        ? (textOf(item['name']) ?? (item['repoURL'] === undefined ? undefined : String(index)))
        : undefined,
    )
    if (names.some((name) => name === undefined) || new Set(names).size < names.length || names.length === 0)
      return value
    return {
      [mark]: true,
      ...Object.fromEntries(value.map((item: Json, index) => [names[index], keyed(item) ?? null])),
    }
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keyed(inner) ?? null]))
}

function unkeyed(value: Json): Json {
  if (Array.isArray(value)) return listOf(value).map(unkeyed)
  if (!isJsonObject(value)) return value
  const { [mark]: isList, ...rest } = value
  const entries = Object.entries(rest).map(([key, inner]) => [key, unkeyed(inner)] as const)
  return isList === true ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}
