import { stringify } from 'yaml'
import type { Found } from './survey.ts'

/** A source as it will stand in settings. */
export interface Listed extends Found {
  /** Cluster to name; left out where there is only one. */
  readonly cluster?: string
  /** Its objects name no namespace, and none was found. */
  readonly namespaceUnknown: boolean
}

/** A cluster as it will stand in settings. */
export interface ListedCluster {
  readonly name: string
  /** URL of its Prometheus; a stand-in to correct where it is not known. */
  readonly prometheus?: string
  /** Context of the kubeconfig, where the cluster was looked at. */
  readonly context?: string
}

interface Contents {
  readonly sources: readonly Listed[]
  readonly clusters: readonly ListedCluster[]
}

/** The smallest `tortoise.yaml` that says what was found, with a word at whatever has to be looked at. */
export function settingsText({ sources, clusters }: Contents): string {
  const head = [
    '# What the right-sizing job reads, and how it hands changes back.',
    '# Every setting that may stand here: docs/settings.md of GitOps Tortoise.',
  ]
  const deliver = ['deliver:', '  mode: report # changes nothing; commit and pull-request do']
  const lines = [
    ...head,
    'sources:',
    ...sources.flatMap(sourceLines),
    '',
    'clusters:',
    ...clusters.flatMap(clusterLines),
    '',
    ...deliver,
  ]
  return `${lines.join('\n')}\n`
}

function sourceLines({ settings, cluster, namespaceUnknown, workloads }: Listed): readonly string[] {
  const { path, release, values, namespace } = settings
  return [
    `  - path: ${scalar(path)} # ${workloads.length} workload${workloads.length === 1 ? '' : 's'}`,
    ...(release === undefined ? [] : [`    release: ${scalar(release)}`]),
    ...(values.length === 0 ? [] : [`    values: [${values.map(scalar).join(', ')}]`]),
    ...(cluster === undefined ? [] : [`    cluster: ${scalar(cluster)}`]),
    ...(namespace === undefined ? [] : [`    namespace: ${scalar(namespace)}`]),
    ...(namespaceUnknown ? ['    namespace: default # correct this: where it is rolled out to'] : []),
  ]
}

function clusterLines({ name, prometheus, context }: ListedCluster): readonly string[] {
  const url = prometheus ?? 'http://prometheus.monitoring:9090'
  return [
    `  - name: ${scalar(name)}`,
    '    prometheus:',
    `      url: ${scalar(url)}${prometheus === undefined ? ' # correct this' : ''}`,
    ...(context === undefined ? [] : ['    kubernetes:', `      context: ${scalar(context)}`]),
  ]
}

const scalar = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd()
