import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { stop } from '../../model/problem.ts'
import type { ApiServerOptions } from '../../observe/kubernetes/api-server.ts'
import { type ClusterOptions, readCluster } from '../../observe/kubernetes/kubernetes.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Host } from '../host.ts'

/** What the API server tells, where settings name one. */
export async function readLive(
  host: Host,
  settings: Settings,
  cluster: ClusterSettings,
): Promise<LiveCluster | undefined> {
  const options = clusterOptions(host, settings, cluster)
  return options && readCluster(options, { progress: host.progress })
}

/** How the API server of a cluster is reached and what is read of it; `undefined` where settings name none. */
export function clusterOptions(
  host: Host,
  { clusters }: Pick<Settings, 'clusters'>,
  { name, kubernetes }: ClusterSettings,
): ClusterOptions | undefined {
  if (kubernetes === undefined) return undefined
  const { namespaces, kinds, applications } = kubernetes
  const options = { cluster: name, namespaces, kinds, ...serverOf(host, kubernetes) }
  const hub = clusters.find((one) => one.name === applications?.cluster)?.kubernetes
  if (applications === undefined || hub === undefined) return options
  const destinations = applications.destination === undefined ? [name] : [applications.destination]
  return { ...options, hub: { ...serverOf(host, hub), cluster: applications.cluster, destinations } }
}

function serverOf(
  host: Host,
  { kubeconfig, context }: NonNullable<ClusterSettings['kubernetes']>,
): ApiServerOptions {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig: kubeconfigText(host, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  }
}

function kubeconfigText(host: Host, file: string): string {
  const path = resolve(host.cwd, file)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw stop('path.missing', `there is no kubeconfig ${file}`, {
    hint: 'Correct clusters[].kubernetes.kubeconfig.',
  })
}
