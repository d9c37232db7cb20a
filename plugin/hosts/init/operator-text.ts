import { type SettingsCluster, scalar } from './settings-text.ts'

/** Operator settings that name the servers of clusters, with a comment at every value to check. */
export function operatorText(clusters: readonly SettingsCluster[]): string {
  const lines = [
    '# With which servers, credentials and programs GitOps Tortoise works. No repository can change these settings.',
    '# All of them: docs/operator-settings.md of GitOps Tortoise.',
    'clusters:',
    ...clusters.flatMap(clusterLines),
  ]
  return `${lines.join('\n')}\n`
}

function clusterLines({ name, prometheus, context }: SettingsCluster): readonly string[] {
  const url = prometheus ?? 'http://prometheus.monitoring:9090'
  return [
    `  - name: ${scalar(name)}`,
    '    prometheus:',
    `      url: ${scalar(url)}${prometheus === undefined ? ' # correct this' : ''}`,
    ...(context === undefined ? [] : ['    kubernetes:', `      context: ${scalar(context)}`]),
  ]
}
