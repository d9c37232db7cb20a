/**
 * The settings that a repository may give: what is right-sized, and how. A name includes everything below it. Every
 * other setting is an operator setting, so that a new one is safe until it is listed here.
 */
const repositorySettings: readonly string[] = [
  '$schema',
  'sources',
  'clusters.name',
  'clusters.paths',
  'clusters.usage',
  'clusters.prometheus.labels',
  'clusters.kubernetes.applications',
  'clusters.kubernetes.namespaces',
  'charts.directories',
  'history',
  'recommend',
  'health',
  'events',
  'prices',
  'rules',
  'edit',
  'deliver.mode',
  'deliver.base',
  'deliver.branch',
  'deliver.repositories',
  'deliver.pullRequests',
  'deliver.waves',
  'deliver.budget',
  'deliver.graduate',
  'deliver.commits.verified',
  'deliver.author',
  'serve.schedules',
  'serve.timeZone',
  'serve.jitterSeconds',
  'serve.catchUp',
  'serve.sampleSeconds',
  'serve.shutdownSeconds',
]

/** Operator settings that no permission gives to a repository: they decide which programs are run and which servers are contacted. */
const neverFromRepository: readonly string[] = [
  'programs',
  'sandbox',
  'kubernetes',
  'charts',
  'storage',
  'notify',
]

const covers = (group: string, name: string): boolean => name === group || name.startsWith(`${group}.`)

/** Whether a setting, by its name without indices (`clusters.prometheus.url`), comes from the operator. */
export const isOperatorSetting = (name: string): boolean =>
  !repositorySettings.some((group) => covers(group, name))

/** Whether a name is that of an operator setting, or of a group with no repository setting in it. */
export const holdsOperatorSettingsAlone = (name: string): boolean =>
  name !== '' && isOperatorSetting(name) && !repositorySettings.some((one) => covers(name, one))

/** Whether an operator can allow repositories to give a setting. */
export const canBeAllowed = (name: string): boolean =>
  isOperatorSetting(name) && !neverFromRepository.some((group) => covers(group, name))

/** Whether one of the allowed names is that of a setting, or of a group that it is in. */
export const isAllowed = (name: string, allowed: readonly string[]): boolean =>
  canBeAllowed(name) && allowed.some((group) => covers(group, name))

/**
 * What a path of the host leads to. `secret`: a credential, which must not be in the repository. `program`: its lookup
 * refuses one in the repository. `data`: recorded usage.
 */
type HostPathKind = 'secret' | 'program' | 'data'

/** Settings whose value is the path of a file or directory on the host. */
const hostPaths: Readonly<Record<string, HostPathKind>> = {
  'clusters.samples': 'data',
  'clusters.snapshot': 'data',
  'clusters.prometheus.tokenFile': 'secret',
  'clusters.prometheus.tls.caFile': 'secret',
  'clusters.prometheus.tls.certFile': 'secret',
  'clusters.prometheus.tls.keyFile': 'secret',
  'clusters.kubernetes.kubeconfig': 'secret',
  'deliver.github.app.keyFile': 'secret',
  'deliver.commits.signing.keyFile': 'secret',
  'charts.cache': 'secret',
  'charts.credentials.basic.passwordFile': 'secret',
  'charts.credentials.tokenFile': 'secret',
  'charts.credentials.registryConfigFile': 'secret',
  'charts.credentials.tls.caFile': 'secret',
  'charts.credentials.tls.certFile': 'secret',
  'charts.credentials.tls.keyFile': 'secret',
  'notify.targets.urlFile': 'secret',
  'notify.targets.tokenFile': 'secret',
  'programs.kustomize': 'program',
  'programs.kubectl': 'program',
  'programs.helm': 'program',
}

/** What the path in a setting leads to; `undefined` for a setting that holds no path. */
export const hostPathKind = (name: string): HostPathKind | undefined => hostPaths[name]

/** Lists whose items are mappings of settings. */
export const settingLists: readonly string[] = ['clusters', 'charts.credentials', 'notify.targets']

/** Groups that hold a server and its credentials: all of one group comes from the same file. */
export const serverGroups: readonly string[] = [
  'clusters.prometheus',
  'clusters.kubernetes',
  'deliver.remote',
  'deliver.github',
  'deliver.forge',
]
