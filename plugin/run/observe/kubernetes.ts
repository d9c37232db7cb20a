import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { credentialPlugins } from '../../io/credential-plugins.ts'
import { leadsInto } from '../../io/reviewed-path.ts'
import { stop } from '../../model/problem.ts'
import type { KubeConfigOptions } from '../../observe/kubernetes/kube-config.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import { type ClusterOptions, readCluster } from '../../observe/kubernetes/read-cluster.ts'
import type { Environment, RunPorts } from '../host.ts'

type Host = Pick<Environment, 'cwd' | 'env'>

/** The settings by which API servers are reached. */
export type ClusterAccess = Pick<Settings, 'clusters'> & Partial<Pick<Settings, 'kubernetes' | 'repository'>>

/** Reads the live state of a cluster from its API server; `undefined` when settings name no API server. */
export async function readLive(
  { cwd, env, progress }: Pick<RunPorts, 'cwd' | 'env' | 'progress'>,
  settings: ClusterAccess,
  cluster: ClusterSettings,
): Promise<LiveCluster | undefined> {
  const options = clusterOptions({ cwd, env }, settings, cluster)
  return options && readCluster(options, { progress })
}

/**
 * Returns how the API server of a cluster is reached and what is read from it; `undefined` when settings name none.
 * Throws `path.missing` when the kubeconfig file does not exist, and `settings.operator` when it is in the repository.
 */
export function clusterOptions(
  host: Host,
  settings: ClusterAccess,
  { name, kubernetes }: ClusterSettings,
): ClusterOptions | undefined {
  if (kubernetes === undefined) return undefined
  const { namespaces, kinds, applications } = kubernetes
  const options = { cluster: name, namespaces, kinds, ...loginTo(host, settings, kubernetes) }
  const hub = settings.clusters.find((one) => one.name === applications?.cluster)?.kubernetes
  if (applications === undefined || hub === undefined) return options
  const destinations = applications.destination === undefined ? [name] : [applications.destination]
  return { ...options, hub: { ...loginTo(host, settings, hub), cluster: applications.cluster, destinations } }
}

/** Which kubeconfig to use, and which of its contexts. */
type Login = Pick<NonNullable<ClusterSettings['kubernetes']>, 'kubeconfig' | 'context'>

/** Returns how to log in to a cluster. Throws like `clusterOptions`. */
export function loginTo(
  { cwd, env }: Host,
  { kubernetes, repository }: Omit<ClusterAccess, 'clusters'>,
  { kubeconfig, context }: Login,
): KubeConfigOptions {
  const named = kubeconfig === undefined ? undefined : resolve(cwd, kubeconfig)
  const files = named === undefined ? defaultKubeconfigs({ cwd, env }) : [named]
  const reviewed = files.find((file) => repository !== undefined && leadsInto(repository, file))
  if (reviewed !== undefined) throw insideRepository(reviewed)
  const directory = dirname(files[0] ?? cwd)
  const search = { path: env['PATH'] ?? '', repository, directory }
  return {
    ...(named === undefined ? {} : { kubeconfig: kubeconfigText(named, kubeconfig ?? named), directory }),
    ...(context === undefined ? {} : { context }),
    ...(kubernetes?.exec === true ? { plugins: credentialPlugins(search) } : {}),
  }
}

/** The files that the client library reads when no kubeconfig is named, where they exist. */
function defaultKubeconfigs({ cwd, env }: Host): readonly string[] {
  const { KUBECONFIG: named = '', HOME: home } = env as Readonly<Record<string, string | undefined>>
  const files = named.split(delimiter).filter(Boolean)
  const usual = home === undefined ? [] : [join(home, '.kube/config')].filter((file) => existsSync(file))
  return files.length > 0 ? files.map((file) => resolve(cwd, file)) : usual
}

const insideRepository = (file: string) =>
  stop('settings.operator', `the kubeconfig ${file} is inside the repository that is reviewed`, {
    hint: 'Move it out of the repository: who can change the repository could make it run a program.',
  })

function kubeconfigText(path: string, shown: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw stop('path.missing', `there is no kubeconfig ${shown}`, {
    hint: 'Correct clusters[].kubernetes.kubeconfig.',
  })
}
