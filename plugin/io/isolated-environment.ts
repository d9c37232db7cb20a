import type { ConfinedPaths } from './confined.ts'

/** An environment without the caller's variables, without programs to start, and without access to the network. */
export const isolatedEnvironment = ({ home }: ConfinedPaths): Readonly<Record<string, string>> => ({
  HOME: home,
  TMPDIR: home,
  PATH: '',
  HTTP_PROXY: discard,
  HTTPS_PROXY: discard,
})

/** The variables by which Helm finds its cache, configuration and plugins: all empty, and outside the files of the source. */
export const helmHomes = ({ home }: ConfinedPaths): Readonly<Record<string, string>> => ({
  HELM_CACHE_HOME: `${home}/helm/cache`,
  HELM_CONFIG_HOME: `${home}/helm/config`,
  HELM_DATA_HOME: `${home}/helm/data`,
  HELM_PLUGINS: `${home}/helm/plugins`,
  HELM_REGISTRY_CONFIG: `${home}/helm/registry.json`,
  HELM_REPOSITORY_CONFIG: `${home}/helm/repositories.yaml`,
  HELM_REPOSITORY_CACHE: `${home}/helm/repositories`,
})

// The discard port of this machine: it refuses every connection at once.
const discard = 'http://127.0.0.1:9'
