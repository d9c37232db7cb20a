import { stringify } from 'yaml'
import { schemaLine } from '../../../config/schema-url.ts'
import { visible } from '../../model/text/clean.ts'
import type { Former } from './former-rules.ts'
import type { SurveyedSource } from './survey.ts'

/** A source as settings will name it. */
export interface SettingsSource extends SurveyedSource {
  /** Its cluster; absent where there is only one. */
  readonly cluster?: string
  /** Whether its objects name no namespace and none was found in the cluster. */
  readonly namespaceUnknown: boolean
}

/** A cluster as settings will name it. */
export interface SettingsCluster {
  readonly name: string
  /** URL of its Prometheus; absent where it is not known. */
  readonly prometheus?: string
  /** Whether that Prometheus is of one cluster alone, and nothing says which of several it is. */
  readonly isOfOne?: boolean
  /** The labels that select it in a Prometheus of several clusters, or the values to choose from. */
  readonly selection?: LabelSelection
  /** Whether the cluster was read. */
  readonly live?: boolean
  /** Context of the kubeconfig with which it was read. */
  readonly context?: string
}

/** How a cluster is selected in a Prometheus of several clusters. */
export interface LabelSelection {
  readonly labels?: Readonly<Record<string, string>>
  readonly label: string
  readonly values: readonly string[]
}

interface Contents {
  readonly sources: readonly SettingsSource[]
  readonly clusters: readonly SettingsCluster[]
  /** What the objects of another program say. */
  readonly former?: Pick<Former, 'rules' | 'recommend'>
  /** How changes are delivered. Default: they are only reported. */
  readonly mode?: 'pull-request'
}

const modes = {
  report: '  mode: report # only reports; commit and pull-request change files',
  'pull-request': '  mode: pull-request # opens pull requests; report only reports',
} as const

/** The smallest `tortoise.yaml` that names what was found, with a comment at every value to check. */
export function settingsText({ sources, clusters, former, mode }: Contents): string {
  const head = [
    schemaLine('tortoise'),
    '# What GitOps Tortoise right-sizes, and how it delivers changes. Servers and credentials are operator settings.',
    '# All settings: docs/settings.md of GitOps Tortoise.',
  ]
  const deliver = ['deliver:', modes[mode ?? 'report']]
  const lines = [
    ...head,
    'sources:',
    ...sources.flatMap(sourceLines),
    '',
    'clusters:',
    ...clusters.flatMap(clusterLines),
    '',
    ...deliver,
    ...(former === undefined ? [] : formerLines(former)),
  ]
  return `${lines.join('\n')}\n`
}

function formerLines({ rules, recommend }: Pick<Former, 'rules' | 'recommend'>): readonly string[] {
  const block = (value: object): readonly string[] => stringify(value, { lineWidth: 0 }).trimEnd().split('\n')
  return [
    ...(Object.keys(recommend).length === 0 ? [] : ['', ...block({ recommend })]),
    ...(rules.length === 0 ? [] : ['', ...block({ rules })]),
  ]
}

function sourceLines({ settings, cluster, namespaceUnknown, workloads }: SettingsSource): readonly string[] {
  const { path, release, values, namespace } = settings
  return [
    `  - path: ${scalar(path)} # ${workloads.length} workload${workloads.length === 1 ? '' : 's'}`,
    ...(release === undefined
      ? []
      : [`    release: ${scalar(release)}${namespaceUnknown ? guessedRelease : ''}`]),
    ...(values.length === 0 ? [] : [`    values: [${values.map(inFlow).join(', ')}]`]),
    ...(cluster === undefined ? [] : [`    cluster: ${scalar(cluster)}`]),
    ...(namespace === undefined ? [] : [`    namespace: ${scalar(namespace)}`]),
    ...(namespaceUnknown ? ['    namespace: default # correct this: the namespace it is deployed to'] : []),
  ]
}

const guessedRelease = ' # correct this: the name of its Helm release'

const clusterLines = ({ name, live, selection }: SettingsCluster): readonly string[] => [
  `  - name: ${scalar(name)}`,
  ...(selection === undefined ? [] : selectionLines(selection)),
  ...(live !== true ? [] : ['    kubernetes: {} # its live state is read']),
]

/** Labels of a cluster; where its value is not known, as a comment to complete. */
function selectionLines({ labels, label, values }: LabelSelection): readonly string[] {
  const choices = inComment(named(values))
  return labels === undefined
    ? [
        `    # Its Prometheus holds several clusters (${inComment(label)} is ${choices}). Select this one:`,
        `    # prometheus: { labels: { ${inComment(label)}: … } }`,
      ]
    : ['    prometheus:', `      labels: ${flowMapping(labels)} # this cluster among ${choices}`]
}

/** What a server says, for a comment: it ends no line. */
const inComment = visible

const mostNamed = 5

function named(values: readonly string[]): string {
  const more = values.length - mostNamed
  return `${values.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A text in a list or mapping on one line; what YAML may read otherwise there is quoted. */
const inFlow = (text: string): string => (/^[a-z][\w./-]*$/i.test(text) ? scalar(text) : quoted(text))

const flowMapping = (texts: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(texts)
    .map(([name, text]) => `${inFlow(name)}: ${inFlow(text)}`)
    .join(', ')} }`

const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A text as a scalar of YAML on one line. */
export const scalar = (text: string): string =>
  /[^ -~]/.test(text) ? quoted(text) : stringify(text, { lineWidth: 0 }).trimEnd()
