import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Behavior, defaultBehavior } from '../../../plugin/model/behavior.ts'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { autoscalerOf } from '../../../plugin/recommend/replay/recorded-demand.ts'

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, resources: { requests: { cpu: 100m } } }] } } }
---
`
const hpa = (more: string) => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 9
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]
  ${more}
`
const scaledObject = (more: string) => `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { name: web }
  maxReplicaCount: 9
  triggers: [{ type: cpu, metricType: Utilization, metadata: { value: "70" } }]
  ${more}
`

/** The behaviour that a simulation of the workload's autoscaler uses. */
function simulated(text: string): Behavior | undefined {
  const objects = parseAllDocuments(deployment + text).map((document) => document.toJS() as JsonObject)
  const [declared] = declaredWorkloads(objects, 'default')
  const found = declared && autoscalerOf(declared)
  if (found === undefined) throw new Error('no autoscaler')
  return found.scaler.behavior
}

describe('behaviour of a declared autoscaler', () => {
  it('is undefined when it is not declared', () => {
    expect(simulated(hpa(''))).toBeUndefined()
    expect(simulated(scaledObject(''))).toBeUndefined()
  })

  it("uses the API server's defaults for the parts that are left out", () => {
    expect(simulated(hpa('behavior: {}'))).toEqual(defaultBehavior)
    expect(simulated(hpa('behavior: { scaleDown: { stabilizationWindowSeconds: 60 } }'))).toEqual({
      ...defaultBehavior,
      scaleDown: { ...defaultBehavior.scaleDown, stabilizationWindowSeconds: 60 },
    })
  })

  it('is simulated as declared, in an HPA and in a ScaledObject', () => {
    const text =
      'behavior: { scaleDown: { selectPolicy: Min, policies: [{ type: Pods, value: 1, periodSeconds: 90 }] }, scaleUp: { selectPolicy: Disabled } }'
    const written = {
      scaleUp: { ...defaultBehavior.scaleUp, selectPolicy: 'Disabled' },
      scaleDown: {
        stabilizationWindowSeconds: 300,
        selectPolicy: 'Min',
        policies: [{ type: 'Pods', value: 1, periodSeconds: 90 }],
      },
    }
    expect(simulated(hpa(text))).toEqual(written)
    expect(simulated(scaledObject(`advanced: { horizontalPodAutoscalerConfig: { ${text} } }`))).toEqual(
      written,
    )
  })
})
