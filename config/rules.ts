import type { Problem } from '../plugin/model/problem.ts'
import type { ClusterSettings, Settings, SourceSettings } from './schema.ts'

/** A problem of settings that are valid by themselves, but not together. */
export interface RuleProblem extends Omit<Problem, 'place'> {
  readonly path: readonly (string | number)[]
}

type Checked = Omit<Settings, 'repository' | 'operated' | 'denied'>
type Rule = (settings: Checked) => readonly RuleProblem[]
/** A rule about clusters and what is rolled out to them. */
type ClusterRule = (settings: ClustersAndSources) => readonly RuleProblem[]

interface ClustersAndSources {
  readonly clusters: readonly ClusterSettings[]
  readonly sources: readonly SourceSettings[]
}

const problem = (path: RuleProblem['path'], message: string, hint: string): RuleProblem => ({
  code: 'settings.invalid',
  path,
  message,
  hint,
})

const clustersAreNamedOnce: Rule = ({ clusters }) =>
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
          `Add ${setting}: to the cluster.`,
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

const oneAuthMethodIsSet: Rule = ({ clusters }) =>
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

const targetBoundsAreOrdered: Rule = ({ recommend: { targetUtilization } }) =>
  targetUtilization.minimum <= targetUtilization.maximum
    ? []
    : [problem(['recommend', 'targetUtilization'], 'minimum is above maximum', 'Swap them.')]

/** The order of options that Mercari's Tortoise requires. */
const tortoiseOptionsAreOrdered: Rule = ({ recommend: { tortoise } }) => {
  const { minimumMinReplicas, maximumMinReplicas, preferredMaxReplicas, maximumMaxReplicas } = tortoise
  const { minimumTargetUtilization, maximumTargetUtilization, minimumRequest, maximumRequest } = tortoise
  const wanted: readonly (readonly [string, boolean, string])[] = [
    ['rangeOfMinMaxReplicasRecommendationHours', 24 % tortoise.rangeHours === 0, 'must divide 24'],
    ['minimumMinReplicas', minimumMinReplicas < maximumMinReplicas, 'must be below maximumMinReplicas'],
    ['maximumMinReplicas', maximumMinReplicas <= maximumMaxReplicas, 'must not be above maximumMaxReplicas'],
    ['preferredMaxReplicas', minimumMinReplicas < preferredMaxReplicas, 'must be above minimumMinReplicas'],
    ['preferredMaxReplicas', preferredMaxReplicas < maximumMaxReplicas, 'must be below maximumMaxReplicas'],
    [
      'minimumTargetResourceUtilization',
      minimumTargetUtilization <= maximumTargetUtilization,
      'must not be above maximumTargetResourceUtilization',
    ],
    ['minimumCPURequest', minimumRequest.cpu <= maximumRequest.cpu, 'must not be above maximumCPURequest'],
    [
      'minimumMemoryRequest',
      minimumRequest.memory <= maximumRequest.memory,
      'must not be above maximumMemoryRequest',
    ],
  ]
  return wanted.flatMap(([name, holds, message]) =>
    holds ? [] : [problem(['recommend', 'tortoise', name], `${name} ${message}`, 'Change one of the two.')],
  )
}

const branchIsOurs: Rule = ({ deliver: { branch, base } }) =>
  branch.startsWith('tortoise/') || branch === base
    ? []
    : [
        problem(
          ['deliver', 'branch'],
          `branch ${branch} does not begin with tortoise/`,
          'Use a name that begins with tortoise/, or set base to the same branch to commit there directly.',
        ),
      ]

const rules: readonly Rule[] = [
  clustersAreNamedOnce,
  oneAuthMethodIsSet,
  targetBoundsAreOrdered,
  tortoiseOptionsAreOrdered,
  branchIsOurs,
]

/** Rules about clusters that the file with the sources lists itself. */
const clusterRules: readonly ClusterRule[] = [sourcesNameKnownClusters, sourcesChooseAmongClusters]

/** Rules that need the operator settings. A repository alone cannot break them; a command that reads usage checks them. */
const usageRules: readonly ClusterRule[] = [usageSourcesAreSet, hubsAreKnown]

/** What is known of settings before they are checked. */
export interface SettingsOrigin {
  /** Whether no operator settings can be missing. */
  readonly isComplete: boolean
  /** Whether the file with the sources lists the clusters. */
  readonly listsClusters: boolean
}

/** All problems of settings that are not valid together. */
export const checkSettings = (
  settings: Checked,
  { isComplete, listsClusters }: SettingsOrigin,
): readonly RuleProblem[] =>
  [
    ...rules,
    ...(listsClusters ? clusterRules : []),
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
