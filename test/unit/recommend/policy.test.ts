import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { type DeclaredPolicy, tortoisePolicies } from '../../../plugin/model/scaling-policy.ts'
import { type PolicyRule, policyOf } from '../../../plugin/recommend/policy.ts'

const deployment = (annotations = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop${annotations} }
spec:
  template:
    spec:
      containers:
        - { name: app, resources: { requests: { cpu: 100m, memory: 64Mi } } }
        - { name: istio-proxy, resources: { requests: { cpu: 100m, memory: 64Mi } } }
`
const tortoise = (spec: string) => `---
apiVersion: autoscaling.mercari.com/v1beta3
kind: Tortoise
metadata: { name: web, namespace: shop }
spec: { targetRefs: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }, ${spec} }
`

function policies(text: string, rules: readonly PolicyRule[] = [], live: readonly DeclaredPolicy[] = []) {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as JsonObject)
  const [declared] = declaredWorkloads(objects, 'default')
  if (declared === undefined) throw new Error('no workload')
  const policy = policyOf(rules, { cluster: 'prod', declared, live })
  return ['app', 'istio-proxy'].map(
    (name) => `${policy(name, 'cpu').policy} ${policy(name, 'memory').policy}`,
  )
}

describe('scaling policies', () => {
  it('follow the HPA by default', () => {
    expect(policies(deployment())).toEqual(['On On', 'On On'])
  })

  it('of a Tortoise are Off for resources that its list leaves out', () => {
    const list =
      'updateMode: Auto, autoscalingPolicy: [{ containerName: app, policy: { cpu: Horizontal, memory: Vertical } }]'
    expect(policies(deployment() + tortoise(list))).toEqual(['Horizontal Vertical', 'Off Off'])
  })

  it('of a Tortoise without a list are derived; with a mode other than Auto they are Off', () => {
    expect(policies(deployment() + tortoise('updateMode: Auto'))).toEqual(['On On', 'On On'])
    expect(policies(deployment() + tortoise('maxReplicas: 5'))).toEqual(['Off Off', 'Off Off'])
    expect(policies(deployment() + tortoise('updateMode: Emergency'))).toEqual(['Off Off', 'Off Off'])
  })

  it('of a Tortoise in the cluster apply when the repository sets none, and have the lowest precedence', () => {
    const [object] = parseAllDocuments(tortoise('updateMode: "Off"')).slice(-1)
    const live = tortoisePolicies(object?.toJS() as JsonObject, ' in the cluster')
    expect(policies(deployment(), [], live)).toEqual(['Off Off', 'Off Off'])
    expect(policies(deployment() + tortoise('updateMode: Auto'), [], live)).toEqual(['On On', 'On On'])
    const own = ', annotations: { gitops-tortoise/memory: Vertical }'
    expect(policies(deployment(own), [], live)).toEqual(['Off Vertical', 'Off Vertical'])
    expect(policies(deployment(), [{ match: {}, cpu: 'On' }], live)).toEqual(['On Off', 'On Off'])
  })

  it('of a Tortoise in another namespace, or for another workload, do not apply', () => {
    const other = (text: string) => text.replace('name: web, namespace: shop', 'name: web, namespace: other')
    expect(policies(deployment() + other(tortoise('updateMode: Off')))).toEqual(['On On', 'On On'])
  })

  it('of annotations win over a Tortoise, and one for a container over an earlier one for all containers', () => {
    const own = ', annotations: { gitops-tortoise/memory: "Off", gitops-tortoise/memory.app: Vertical }'
    expect(policies(deployment(own))).toEqual(['On Vertical', 'On Off'])
    expect(policies(deployment(own) + tortoise('updateMode: Off'))).toEqual(['Off Vertical', 'Off Off'])
  })

  it('of settings win over all others', () => {
    const rules = [{ match: { container: 'app' }, cpu: 'Vertical' }] as const
    expect(policies(deployment() + tortoise('updateMode: Off'), rules)).toEqual(['Vertical Off', 'Off Off'])
  })

  it('include the bounds of a Tortoise', () => {
    const bounds =
      'updateMode: Auto, resourcePolicy: [{ containerName: app, minAllocatedResources: { cpu: 200m }, maxAllocatedResources: { memory: 1Gi } }]'
    const objects = parseAllDocuments(deployment() + tortoise(bounds)).map(
      (document) => document.toJS() as JsonObject,
    )
    const [declared] = declaredWorkloads(objects, 'default')
    const policy = declared && policyOf([], { cluster: undefined, declared })
    expect([policy?.('app', 'cpu').minimum, policy?.('app', 'memory').maximum]).toEqual([200, 1024 ** 3])
  })
})
