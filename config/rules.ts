import type { Problem } from '../plugin/model/problem.ts'
import type { Settings } from './schema.ts'

/** A problem between settings that are each well-formed. */
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
            `cluster ${name} is named twice`,
            'Give each cluster a name of its own.',
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
            `Add it under clusters, or name one of: ${clusters.map(({ name }) => name).join(', ')}.`,
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
                `source ${path} does not say which cluster it is for`,
                'Add cluster: to it.',
              ),
            ]
          : [],
      )

/** What each source of usage needs besides; samples have a default place. */
const needs = {
  prometheus: 'prometheus',
  vpa: 'kubernetes',
  'metrics-server': undefined,
  snapshot: 'snapshot',
} as const

const sourcesOfUsageAreNamed: Rule = ({ clusters }) =>
  clusters.flatMap((cluster, index) =>
    (cluster.usage ?? []).flatMap((origin, at) => {
      const setting = needs[origin]
      if (setting === undefined || cluster[setting] !== undefined) return []
      return [
        problem(
          ['clusters', index, 'usage', at],
          `usage of ${cluster.name} is to come from ${origin}, and ${setting} is not named`,
          `Add ${setting}: to the cluster.`,
        ),
      ]
    }),
  )

const ways = ['tokenEnv', 'tokenFile', 'basic', 'sigv4', 'google', 'azure'] as const

const oneWayIsAuthorized: Rule = ({ clusters }) =>
  clusters.flatMap(({ name, prometheus }, index) => {
    const [first, second] = ways.filter((way) => prometheus?.[way] !== undefined)
    if (first === undefined || second === undefined) return []
    return [
      problem(
        ['clusters', index, 'prometheus', second],
        `Prometheus of ${name} is to be asked with ${first} and with ${second}`,
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

/** The order that Tortoise wants its own options to be in. */
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
          `branch ${branch} is not ours to write`,
          'Begin it with tortoise/, or set base to the same name to commit there directly.',
        ),
      ]

const rules: readonly Rule[] = [
  clustersAreNamedOnce,
  sourcesNameKnownClusters,
  sourcesChooseAmongClusters,
  sourcesOfUsageAreNamed,
  hubsAreKnown,
  oneWayIsAuthorized,
  targetBoundsAreOrdered,
  tortoiseOptionsAreOrdered,
  branchIsOurs,
]

/** Every problem between settings. */
export const checkSettings = (settings: Settings): readonly RuleProblem[] =>
  rules.flatMap((rule) => rule(settings))
