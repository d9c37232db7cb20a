import type { z } from 'zod'
import { operatorSchema } from './operator.ts'
import { openOperator } from './operator-file.ts'
import { programsSchema } from './programs.ts'
import type { RepositoryTarget } from './repositories.ts'
import { isMapping, type RawMapping } from './schema-walk.ts'
import { centralSettings, type SettingsFile } from './screen-settings.ts'

const centralSchema = operatorSchema.pick({
  repositories: true,
  discover: true,
  dashboard: true,
  notify: true,
})

/** Settings that are about all repositories together where there are several. */
const jointSettings: readonly string[] = [...centralSettings, 'notify']

/** What operator settings say about several repositories. */
export type CentralSettings = z.infer<typeof centralSchema>

/** The repositories that operator settings list, how further ones are found, and the dashboard of all. Throws like `openOperator`. */
export function centralSettingsIn(operator: SettingsFile): CentralSettings {
  const { raw } = openOperator(operator)
  const given = Object.entries(isMapping(raw) ? raw : {}).filter(([key]) => jointSettings.includes(key))
  return centralSchema.parse(Object.fromEntries(given))
}

/** The paths of programs in operator settings. Throws like `openOperator`. */
export function programsIn(operator: SettingsFile): z.infer<typeof programsSchema> {
  const { raw } = openOperator(operator)
  return programsSchema.parse((isMapping(raw) ? raw['programs'] : undefined) ?? {})
}

/** The operator settings as they are for one of their repositories. A discovered one is given no permission by `allow`. */
export function operatorFor(operator: SettingsFile, target: RepositoryTarget): SettingsFile {
  const { url, branch, tokenEnv, github, forge, clusters: only } = target
  const { raw } = openOperator(operator)
  const { deliver, clusters, allow, ...rest } = isMapping(raw) ? raw : ({} as RawMapping)
  const kept = Object.entries(rest).filter(([key]) => !jointSettings.includes(key))
  const { github: _github, forge: _forge, ...common } = isMapping(deliver) ? deliver : {}
  const own = { ...common, remote: { url, tokenEnv }, ...(github && { github }), ...(forge && { forge }) }
  // JSON is YAML.
  const text = JSON.stringify({
    ...Object.fromEntries(kept),
    ...(clusters === undefined ? {} : { clusters: narrowed(clusters, only) }),
    ...(allow === undefined || target.isDiscovered === true ? {} : { allow }),
    deliver: own,
  })
  return { ...operator, file: `${operator.file} for ${url} (${branch})`, text }
}

const narrowed = (clusters: unknown, only: readonly string[] | undefined): unknown =>
  only === undefined || !Array.isArray(clusters)
    ? clusters
    : clusters.filter((one) => isMapping(one) && only.includes(String(one['name'])))
