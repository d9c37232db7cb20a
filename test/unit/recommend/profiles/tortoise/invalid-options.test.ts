import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../../../../config/load.ts'
import { ExpectedStop } from '../../../../../plugin/model/problem.ts'

describe('invalid options', () => {
  const problems = (text: string): readonly string[] => {
    try {
      loadSettings('tortoise.yaml', `recommend: {tortoise: {${text}}}\n`)
      return []
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      return error.problems.map(({ message, hint, place }) => `${place?.column}: ${message} ${hint}`)
    }
  }

  it.each([
    ['rangeOfMinMaxReplicasRecommendationHours: 5', 'must divide 24'],
    ['minimumMinReplicas: 10', 'must be below maximumMinReplicas'],
    ['maximumMinReplicas: 200', 'must not be above maximumMaxReplicas'],
    ['preferredMaxReplicas: 2', 'must be above minimumMinReplicas'],
    ['preferredMaxReplicas: 100', 'must be below maximumMaxReplicas'],
    ['minimumTargetResourceUtilization: 95', 'must not be above maximumTargetResourceUtilization'],
    ['minimumCPURequest: 11', 'must not be above maximumCPURequest'],
    ['minimumMemoryRequest: 11Gi', 'must not be above maximumMemoryRequest'],
    ['timeZone: Mars/Olympus', 'must be a time zone'],
    ['hpaTargetUtilizationUpdateInterval: 1 day', 'must be a duration'],
    ['maximumCPURequest: many', 'must be a quantity'],
    ['preferedMaxReplicas: 20', 'Did you mean preferredMaxReplicas?'],
  ])('%s: %s', (text, message) => {
    expect(problems(text)).toEqual([expect.stringContaining(message)])
  })
})
