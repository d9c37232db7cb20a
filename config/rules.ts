import type { Problem } from '../plugin/model/problem.ts'
import type { Settings } from './schema.ts'

/** A problem of settings that are valid by themselves, but not together. */
export interface RuleProblem extends Omit<Problem, 'place'> {
  readonly path: readonly (string | number)[]
}

type Rule = (settings: Settings) => readonly RuleProblem[]

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

const sourcesNameKnownClusters: Rule = ({ clusters, sources }) =>
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

const sourcesChooseAmongClusters: Rule = ({ clusters, sources }) =>
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

const usageSourcesAreSet: Rule = ({ clusters }) =>
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

const hubsAreKnown: Rule = ({ clusters }) =>
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
  sourcesNameKnownClusters,
  sourcesChooseAmongClusters,
  usageSourcesAreSet,
  hubsAreKnown,
  oneAuthMethodIsSet,
  targetBoundsAreOrdered,
  tortoiseOptionsAreOrdered,
  branchIsOurs,
]

/** All problems of settings that are not valid together. */
export const checkSettings = (settings: Settings): readonly RuleProblem[] =>
  rules.flatMap((rule) => rule(settings))
