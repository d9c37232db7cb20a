import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { recordedUsage, workload } from './builders.ts'
import {
  decide,
  frame,
  hours,
  hpa,
  large,
  lastReason,
  Mi,
  object,
  values,
  vpa,
  web,
} from './surroundings-ground.ts'

describe('an autoscaler elsewhere', () => {
  it('in another source of the cluster keeps what it scales by, and names it', () => {
    const answer = decide({ own: [web(large)], others: [hpa('cpu')] })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '720Mi' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(
      /^HorizontalPodAutoscaler\/one of the source platform scales/,
    )
    expect(values(decide({ own: [web(large)], others: [hpa('memory')] }))).toEqual({
      'requests.cpu': '1000m',
      'requests.memory': 'keep',
    })
  })

  it('of KEDA counts the same', () => {
    const scaled = object(
      'ScaledObject',
      {
        scaleTargetRef: { name: workload.name },
        triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }],
      },
      'keda.sh/v1alpha1',
    )
    expect(values(decide({ own: [web(large)], others: [scaled] }))['requests.cpu']).toBe('keep')
  })

  it('in the cluster alone counts the same; one in its own rendering is sized with it', () => {
    const scalers = [
      {
        said: 'HorizontalPodAutoscaler/x in the cluster',
        autoscaler: { targets: [{ resource: 'cpu', utilization: 50 }] },
      },
    ] as const
    const surroundings = { scalers, verticals: [], ranges: [], quotas: [], budgets: [] }
    const live = decide({ own: [web(large)], more: { surroundings } })
    expect(values(live)['requests.cpu']).toBe('keep')
    expect(lastReason(live, 'requests.cpu')).toContain('in the cluster')
    const own = decide({ own: [web(large), hpa('cpu')], more: { surroundings } })
    expect(values(own)['requests.cpu']).not.toBe('keep')
  })

  it('that nobody knows shows in pods that follow the load: CPU is not lowered', () => {
    const pods = Array.from({ length: hours }, (_, hour) => 3 + Math.round(4.5 * (1 + Math.sin(hour / 3.8))))
    const usage = recordedUsage({ cpu: () => 400, memory: () => 100 * Mi }, frame)
    const total = recordedUsage({ cpu: (hour) => 400 * (pods[hour] ?? 0), memory: () => Mi }, frame).cpu
      .highest
    const replicas = { min: 3, max: 12, mean: 7, series: packCounts(frame, pods) }
    const containers = [
      { container: 'app', ...usage, cpu: { ...usage.cpu, ...(total && { total }) }, oomKills: 0 },
    ]
    const answer = decide({ own: [web(large)], more: { containers, replicas } })
    expect(values(answer)['requests.cpu']).toBe('keep')
    expect(lastReason(answer, 'requests.cpu')).toMatch(/nothing is known that scales them/)
    const flat = packCounts(frame, Array(hours).fill(3))
    const steady = { min: 3, max: 3, mean: 3, series: flat }
    expect(
      values(decide({ own: [web(large)], more: { containers, replicas: steady } }))['requests.cpu'],
    ).toBe('1000m')
  })
})

describe('a VerticalPodAutoscaler', () => {
  it('that changes pods owns its values, down to the resource and the container', () => {
    const owner = vpa({ updatePolicy: { updateMode: 'Recreate' } })
    expect(values(decide({ own: [web(large), owner] }))).toEqual({
      'requests.cpu': 'keep',
      'requests.memory': 'keep',
    })
    const policy = (more: JsonObject) =>
      vpa({ resourcePolicy: { containerPolicies: [{ containerName: '*', ...more }] } })
    expect(values(decide({ own: [web(large)], others: [policy({ controlledResources: ['cpu'] })] }))).toEqual(
      {
        'requests.cpu': 'keep',
        'requests.memory': '720Mi',
      },
    )
    expect(values(decide({ own: [web(large), policy({ mode: 'Off' })] }))['requests.cpu']).toBe('1000m')
  })

  it('that is Off bounds them', () => {
    const bounds = vpa({
      updatePolicy: { updateMode: 'Off' },
      resourcePolicy: {
        containerPolicies: [{ containerName: '*', minAllowed: { cpu: '1500m', memory: '900Mi' } }],
      },
    })
    const answer = decide({ own: [web({ requests: { cpu: '4', memory: '2Gi' } }), bounds] })
    expect(values(answer)).toEqual({ 'requests.cpu': '2000m', 'requests.memory': '1440Mi' })
    const less = decide({ own: [web({ requests: { cpu: '2', memory: '1Gi' } }), bounds] })
    expect(values(less)).toEqual({ 'requests.cpu': '1500m', 'requests.memory': '900Mi' })
    expect(lastReason(less, 'requests.memory')).toMatch(/allows no less/)
  })
})
