import { schemaLine } from '../../../config/schema-url.ts'
import { type SettingsCluster, scalar } from '../../run/survey/settings-text.ts'

/** Operator settings that name the servers of clusters, with a comment at every value to check. */
export function operatorText(
  clusters: readonly SettingsCluster[],
  servers: ChartServers = noServers,
): string {
  const lines = [
    schemaLine('operator'),
    '# With which servers, credentials and programs GitOps Tortoise works. No repository can change these settings.',
    '# All of them: docs/operator-settings.md of GitOps Tortoise.',
    'clusters:',
    ...clusters.flatMap(clusterLines),
    ...serverLines(servers),
  ]
  return `${lines.join('\n')}\n`
}

/** The servers that the repository takes charts and bases from. */
export interface ChartServers {
  readonly allow: readonly string[]
  /** Whether they are allowed, and not only proposed. */
  readonly isAllowed: boolean
}

const noServers: ChartServers = { allow: [], isAllowed: false }

function serverLines({ allow, isAllowed }: ChartServers): readonly string[] {
  if (allow.length === 0) return []
  const lines = ['charts:', '  allow:', ...allow.map((one) => `    - ${scalar(one)}`)]
  return isAllowed
    ? [
        '# The repository takes charts and bases from these servers. Remove those that you do not trust.',
        ...lines,
      ]
    : [
        '# The repository takes charts and bases from these servers. Remove the # from those that you trust.',
        ...lines.map((line) => `# ${line}`),
      ]
}

function clusterLines({ name, prometheus, isOfOne, context }: SettingsCluster): readonly string[] {
  const url = prometheus ?? 'http://prometheus.monitoring:9090'
  const isGuess = prometheus === undefined || isOfOne === true
  return [
    `  - name: ${scalar(name)}`,
    '    prometheus:',
    `      url: ${scalar(url)}${isGuess ? ' # correct this' : ''}`,
    ...(context === undefined ? [] : ['    kubernetes:', `      context: ${scalar(context)}`]),
  ]
}
