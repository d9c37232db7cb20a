import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { stop } from '../../model/problem.ts'
import type { ApiServerOptions } from '../../observe/kubernetes/api-server.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import { type ClusterOptions, readCluster } from '../../observe/kubernetes/read-cluster.ts'
import type { Environment, RunPorts } from '../host.ts'

type Directory = Pick<Environment, 'cwd'>

/** Reads the live state of a cluster from its API server; `undefined` when settings name no API server. */
export async function readLive(
  { cwd, progress }: Pick<RunPorts, 'cwd' | 'progress'>,
  settings: Pick<Settings, 'clusters'>,
  cluster: ClusterSettings,
): Promise<LiveCluster | undefined> {
  const options = clusterOptions({ cwd }, settings, cluster)
  return options && readCluster(options, { progress })
}

/**
 * Returns how the API server of a cluster is reached and what is read from it; `undefined` when settings name none.
 * Throws `path.missing` when the kubeconfig file does not exist.
 */
export function clusterOptions(
  directory: Directory,
  { clusters }: Pick<Settings, 'clusters'>,
  { name, kubernetes }: ClusterSettings,
): ClusterOptions | undefined {
  if (kubernetes === undefined) return undefined
  const { namespaces, kinds, applications } = kubernetes
  const options = { cluster: name, namespaces, kinds, ...serverOf(directory, kubernetes) }
  const hub = clusters.find((one) => one.name === applications?.cluster)?.kubernetes
  if (applications === undefined || hub === undefined) return options
  const destinations = applications.destination === undefined ? [name] : [applications.destination]
  return { ...options, hub: { ...serverOf(directory, hub), cluster: applications.cluster, destinations } }
}

function serverOf(
  directory: Directory,
  { kubeconfig, context }: NonNullable<ClusterSettings['kubernetes']>,
): ApiServerOptions {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig: kubeconfigText(directory, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  }
}

function kubeconfigText({ cwd }: Directory, file: string): string {
  const path = resolve(cwd, file)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw stop('path.missing', `there is no kubeconfig ${file}`, {
    hint: 'Correct clusters[].kubernetes.kubeconfig.',
  })
}
