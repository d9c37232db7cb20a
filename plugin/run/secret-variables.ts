import type { CentralSettings } from '../../config/repository-operator.ts'
import type { Settings } from '../../config/schema.ts'

/** The environment variables that settings name for tokens, passwords and keys. */
export function secretVariables({
  clusters,
  deliver,
  charts,
  storage,
  notify,
}: Pick<Settings, 'clusters' | 'deliver' | 'charts' | 'storage' | 'notify'>): readonly string[] {
  const { remote, github, forge, commits } = deliver
  return [
    ...clusters.flatMap(({ prometheus }) => [prometheus?.tokenEnv, prometheus?.basic?.passwordEnv]),
    ...charts.credentials.flatMap(({ tokenEnv, basic }) => [tokenEnv, basic?.passwordEnv]),
    ...notifyVariables(notify),
    storage?.secretEnv,
    storage?.tokenEnv,
    remote?.tokenEnv,
    github?.tokenEnv,
    github?.app?.keyEnv,
    forge?.tokenEnv,
    commits.signing?.keyEnv,
    commits.signing?.passphraseEnv,
  ].filter((name) => name !== undefined)
}

/** The environment variables that operator settings name for the tokens and keys of several repositories. */
export function centralVariables({
  repositories = [],
  discover,
  dashboard,
  notify,
}: CentralSettings): readonly string[] {
  const all = [...repositories, ...(discover?.allow ?? []), ...(dashboard === undefined ? [] : [dashboard])]
  const variables = all.flatMap(({ tokenEnv, github, forge }) => [
    tokenEnv,
    github?.tokenEnv,
    github?.app?.keyEnv,
    forge?.tokenEnv,
  ])
  return [...variables, ...notifyVariables(notify)].filter((name) => name !== undefined)
}

const notifyVariables = (notify: Settings['notify']): readonly (string | undefined)[] =>
  (notify?.targets ?? []).flatMap(({ urlEnv, tokenEnv }) => [urlEnv, tokenEnv])
