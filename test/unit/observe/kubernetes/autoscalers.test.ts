import { describe, expect, it } from 'vitest'
import { autoscalersByWorkload, horizontalSchema } from '../../../../plugin/observe/kubernetes/autoscalers.ts'

const hpa = (condition: object) =>
  horizontalSchema.parse({
    metadata: { name: 'web-hpa', namespace: 'shop' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
    status: { conditions: [{ type: 'AbleToScale', status: 'True' }, condition] },
  })
const inactive = (condition: object): string | undefined =>
  [...autoscalersByWorkload([hpa(condition)], []).values()][0]?.inactive

describe('an HPA', () => {
  it('without metrics scales nothing, and says why', () => {
    const condition = {
      type: 'ScalingActive',
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: 'no metrics returned from resource metrics API',
    }
    expect(inactive(condition)).toBe(
      'HorizontalPodAutoscaler/web-hpa has no metrics, so it does not scale (FailedGetResourceMetric: no metrics returned from resource metrics API)',
    )
  })

  it.each([
    ['with metrics', { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' }],
    ['of a workload without pods', { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled' }],
    ['that no controller has evaluated', { type: 'ScalingActive', status: 'Unknown' }],
  ])('%s is active', (_name, condition) => {
    expect(inactive(condition)).toBeUndefined()
  })
})
