import { clusterSchema } from './clusters.ts'
import { settingsSchema } from './schema.ts'
import { isMapping, type RawMapping, shapeOf } from './schema-walk.ts'

/**
 * Merges the parsed operator settings over the parsed settings of a repository, setting by setting: the operator's value
 * wins. Clusters are joined by name: those that the repository lists. If it lists none, those of the operator settings that
 * its sources name, or all of them if no source names one.
 */
export function mergeSettings(repository: unknown, operator: unknown): unknown {
  if (!isMapping(repository)) return repository ?? operator
  if (!isMapping(operator)) return repository
  const { clusters: given, ...rest } = operator
  const merged = mergeAt(settingsSchema, repository, rest)
  const clusters = joinClusters(repository, given)
  return { ...(merged as RawMapping), ...(clusters === undefined ? {} : { clusters }) }
}

function mergeAt(schema: unknown, under: unknown, over: unknown): unknown {
  const shape = shapeOf(schema)
  if (shape === undefined || !isMapping(under) || !isMapping(over)) return over
  const entries = Object.entries(over).map(([key, value]) => {
    const known = Object.hasOwn(under, key)
    return [key, known ? mergeAt(shape[key], under[key], value) : value] as const
  })
  return { ...under, ...Object.fromEntries(entries) }
}

function joinClusters({ clusters: named, sources }: RawMapping, given: unknown): unknown {
  if (!Array.isArray(given)) return named
  if (named === undefined || (Array.isArray(named) && named.length === 0)) return namedBy(sources, given)
  if (!Array.isArray(named)) return named
  return named.map((cluster: unknown) => {
    const own = given.find((one) => nameOf(one) === nameOf(cluster))
    return own === undefined ? cluster : mergeAt(clusterSchema, cluster, own)
  })
}

function namedBy(sources: unknown, given: readonly unknown[]): readonly unknown[] {
  const names: readonly unknown[] = (Array.isArray(sources) ? sources : []).flatMap((one) =>
    isMapping(one) && one['cluster'] !== undefined ? [one['cluster']] : [],
  )
  return names.length === 0 ? given : given.filter((one) => names.includes(nameOf(one)))
}

const nameOf = (cluster: unknown): unknown => (isMapping(cluster) ? cluster['name'] : undefined)
