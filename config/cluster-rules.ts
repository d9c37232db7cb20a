import type { Problem } from '../plugin/model/problem.ts'
import { ruleProblem as problem, type RuleProblem } from './rule-problem.ts'
import type { ClusterSettings, SourceSettings } from './schema.ts'

/** The settings that rules about clusters check. */
export interface ClustersAndSources {
  readonly clusters: readonly ClusterSettings[]
  readonly sources: readonly SourceSettings[]
}

/** A rule about clusters and what is rolled out to them. */
type ClusterRule = (settings: ClustersAndSources) => readonly RuleProblem[]

const clustersAreNamedOnce: ClusterRule = ({ clusters }) =>
  clusters.flatMap(({ name }, index) =>
    clusters.findIndex((other) => other.name === name) === index
      ? []
      : [
          problem(
            ['clusters', index, 'name'],
            `the name ${name} is used by two clusters`,
            'Give each cluster its own name.',
          ),
        ],
  )

const sourcesNameKnownClusters: ClusterRule = ({ clusters, sources }) =>
  sources.flatMap(({ cluster }, index) =>
    cluster === undefined || clusters.length === 0 || clusters.some(({ name }) => name === cluster)
      ? []
      : [
          problem(
            ['sources', index, 'cluster'],
            `cluster ${cluster} is not among clusters`,
            `Add it under clusters, or use one of: ${clusters.map(({ name }) => name).join(', ')}.`,
          ),
        ],
  )

const sourcesChooseAmongClusters: ClusterRule = ({ clusters, sources }) =>
  clusters.length < 2
    ? []
    : sources.flatMap(({ cluster, path }, index) =>
        cluster === undefined
          ? [
              problem(
                ['sources', index],
                `source ${path} has no cluster, and settings have several`,
                `Add cluster: with one of: ${clusters.map(({ name }) => name).join(', ')}.`,
              ),
            ]
          : [],
      )

/** The setting that each source of usage data needs; samples have a default directory. */
const neededSetting = {
  prometheus: 'prometheus',
  vpa: 'kubernetes',
  'metrics-server': undefined,
  snapshot: 'snapshot',
} as const

const usageSourcesAreSet: ClusterRule = ({ clusters }) =>
  clusters.flatMap((cluster, index) =>
    (cluster.usage ?? []).flatMap((origin, at) => {
      const setting = neededSetting[origin]
      if (setting === undefined || cluster[setting] !== undefined) return []
      return [
        problem(
          ['clusters', index, 'usage', at],
          `usage of cluster ${cluster.name} lists ${origin}, but ${setting} is not set`,
          `Add ${setting}: to the cluster in the operator settings.`,
        ),
      ]
    }),
  )

const prometheusHasUrl: ClusterRule = ({ clusters }) =>
  clusters.flatMap(({ name, usage, prometheus }, index) => {
    const isRead = usage?.includes('prometheus') ?? true
    if (prometheus === undefined || prometheus.url !== undefined || !isRead) return []
    return [
      problem(
        ['clusters', index, 'prometheus'],
        `the Prometheus of cluster ${name} has no url`,
        'Set clusters[].prometheus.url in the operator settings, or pass --prometheus URL.',
      ),
    ]
  })

const authMethods = ['tokenEnv', 'tokenFile', 'basic', 'sigv4', 'google', 'azure'] as const

const oneAuthMethodIsSet: ClusterRule = ({ clusters }) =>
  clusters.flatMap(({ name, prometheus }, index) => {
    const [first, second] = authMethods.filter((method) => prometheus?.[method] !== undefined)
    if (first === undefined || second === undefined) return []
    return [
      problem(
        ['clusters', index, 'prometheus', second],
        `the Prometheus of cluster ${name} has two authentication methods, ${first} and ${second}`,
        'Keep one of them.',
      ),
    ]
  })

const hubsAreKnown: ClusterRule = ({ clusters }) =>
  clusters.flatMap(({ kubernetes }, index) => {
    const hub = kubernetes?.applications?.cluster
    if (hub === undefined || clusters.some((one) => one.name === hub && one.kubernetes !== undefined))
      return []
    return [
      problem(
        ['clusters', index, 'kubernetes', 'applications', 'cluster'],
        `cluster ${hub} is not among clusters, or has no kubernetes`,
        'Add it under clusters, with kubernetes: {context: …}.',
      ),
    ]
  })

/** Rules that hold whatever the operator settings are. */
const ownRules: readonly ClusterRule[] = [clustersAreNamedOnce, oneAuthMethodIsSet]

/** Rules about clusters that the file with the sources lists itself. */
const listRules: readonly ClusterRule[] = [sourcesNameKnownClusters, sourcesChooseAmongClusters]

/** Rules that need the operator settings. A repository alone cannot break them; a command that reads usage checks them. */
const usageRules: readonly ClusterRule[] = [usageSourcesAreSet, hubsAreKnown]

/** What is known of settings before they are checked. */
export interface SettingsOrigin {
  /** Whether no operator settings can be missing. */
  readonly isComplete: boolean
  /** Whether the file with the sources lists the clusters. */
  readonly listsClusters: boolean
}

/** All problems of clusters and sources that are not valid together. */
export const checkClusters = (
  settings: ClustersAndSources,
  { isComplete, listsClusters }: SettingsOrigin,
): readonly RuleProblem[] =>
  [
    ...ownRules,
    ...(listsClusters ? listRules : []),
    ...(isComplete ? [...usageRules, prometheusHasUrl] : []),
  ].flatMap((rule) => rule(settings))

/** Problems of sources that are rolled out to one of several clusters. */
export const checkSources = (settings: ClustersAndSources): readonly Problem[] =>
  sourcesChooseAmongClusters(settings).map(withoutPath)

/** What is missing to read a cluster; `all` are the clusters that it can name. */
export const checkCluster = (
  cluster: ClusterSettings,
  all: readonly ClusterSettings[],
): readonly Problem[] => {
  const others = all.filter(({ name }) => name !== cluster.name).map(withoutHub)
  return usageRules.flatMap((rule) => rule({ clusters: [cluster, ...others], sources: [] })).map(withoutPath)
}

const withoutPath = ({ path: _, ...problem }: RuleProblem): Problem => problem

/** A cluster that another one names, without what would be checked of its own. */
const withoutHub = ({ name, kubernetes }: ClusterSettings): ClusterSettings => ({
  name,
  paths: [],
  ...(kubernetes && { kubernetes: { ...kubernetes, applications: undefined } }),
})
