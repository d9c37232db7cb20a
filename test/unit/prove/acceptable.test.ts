import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { refusedSizes } from '../../../plugin/prove/acceptable.ts'
import { prove } from '../../../plugin/prove/prove.ts'

const web = (resources: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'app', image: 'x', resources }] } } },
})
const range = (limit: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'bounds' },
  spec: { limits: [{ type: 'Container', ...limit }] },
})
const hpa = (minReplicas: number, maxReplicas: number): JsonObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas, maxReplicas },
})

describe('sizes that the API server refuses', () => {
  it.each<[string, readonly JsonObject[], readonly string[]]>([
    ['none', [web({ requests: { cpu: '1', memory: 1 }, limits: { cpu: 1 } }), hpa(2, 2)], []],
    [
      'a limit below its request',
      [web({ requests: { memory: '512Mi' }, limits: { memory: '256Mi' } })],
      ['Deployment/web app: the memory limit 256Mi is below the request 512Mi'],
    ],
    [
      'an amount that is none',
      [web({ limits: { cpu: '2 cores' } })],
      ['Deployment/web app: 2 cores is not an amount of cpu'],
    ],
    [
      'a maximum below the minimum',
      [hpa(3, 2)],
      ['HorizontalPodAutoscaler/web: the maximum 2 is below the minimum 3'],
    ],
    [
      'what a LimitRange excludes',
      [
        web({ requests: { cpu: '10m' }, limits: { cpu: '2' } }),
        range({ max: { cpu: '1' }, min: { cpu: '50m' } }),
      ],
      [
        'Deployment/web app: the cpu limit 2 is above 1, the maximum of LimitRange/bounds',
        'Deployment/web app: the cpu request 10m is below 50m, the minimum of LimitRange/bounds',
      ],
    ],
  ])('%s', (_name, objects, expected) => {
    expect(refusedSizes(objects, 'shop')).toEqual(expected)
  })

  it('refute a proof where the edits cause them, and not where they were there before', () => {
    const source = { kind: 'plain', id: 'app', path: 'app' }
    const wrong = (request: string) => web({ requests: { memory: request }, limits: { memory: '256Mi' } })
    const pair = (before: string, after: string) => ({
      source,
      before: { source, objects: [wrong(before)] },
      after: { source, objects: [wrong(after)] },
    })
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
    const intent = (to: string) =>
      ({ workload, container: 'app', field: 'requests.memory', source: 'app', to }) as const
    expect(prove([pair('128Mi', '512Mi')], [intent('512Mi')])).toMatchObject({
      verdict: 'refuted',
      refused: [
        { source: 'app', message: 'Deployment/web app: the memory limit 256Mi is below the request 512Mi' },
      ],
    })
    expect(prove([pair('128Mi', '200Mi')], [intent('200Mi')]).verdict).toBe('proved')
  })
})
