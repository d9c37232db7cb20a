import { checkClusters, type SettingsOrigin } from './cluster-rules.ts'
import { ruleProblem as problem, type RuleProblem } from './rule-problem.ts'
import type { Settings } from './schema.ts'

type Checked = Omit<Settings, 'repository' | 'operated' | 'denied'>
type Rule = (settings: Checked) => readonly RuleProblem[]

const targetBoundsAreOrdered: Rule = ({ recommend: { targetUtilization } }) =>
  targetUtilization.minimum <= targetUtilization.maximum
    ? []
    : [problem(['recommend', 'targetUtilization'], 'minimum is above maximum', 'Swap them.')]

/** A price of CPU has two parts, and one of the ways to set it is enough. */
const oneWayToPriceCpu: Rule = ({ recommend }) => {
  const { targetTimeAbove, pricePerCoreHour, costOfShortage } = recommend
  const alone = pricePerCoreHour === undefined ? 'costOfShortage' : 'pricePerCoreHour'
  if ((pricePerCoreHour === undefined) !== (costOfShortage === undefined))
    return [
      problem(['recommend', alone], `${alone} is set alone`, 'Set pricePerCoreHour and costOfShortage.'),
    ]
  return targetTimeAbove === undefined || pricePerCoreHour === undefined
    ? []
    : [
        problem(
          ['recommend', 'targetTimeAbove'],
          'targetTimeAbove and pricePerCoreHour both set the price of CPU',
          'Remove one of the two.',
        ),
      ]
}

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
  targetBoundsAreOrdered,
  oneWayToPriceCpu,
  tortoiseOptionsAreOrdered,
  branchIsOurs,
]

/** All problems of settings that are not valid together. */
export const checkSettings = (settings: Checked, origin: SettingsOrigin): readonly RuleProblem[] => [
  ...checkClusters(settings, origin),
  ...rules.flatMap((rule) => rule(settings)),
]
