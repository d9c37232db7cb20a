import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import {
  decide,
  fivePods,
  frame,
  hours,
  hpa,
  large,
  lastReason,
  object,
  values,
  web,
} from './surroundings-ground.ts'

describe('a LimitRange', () => {
  const range = (limit: JsonObject) => object('LimitRange', { limits: [{ type: 'Container', ...limit }] })

  it('bounds requests and limits, and their ratio', () => {
    const small = { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '400m', memory: '512Mi' } }
    const most = range({ max: { cpu: '800m', memory: '1Gi' } })
    const answer = decide({ own: [web(small), most], cpu: 900, memory: 1500 })
    expect(values(answer)).toEqual({
      'requests.cpu': '800m',
      'limits.cpu': '800m',
      'requests.memory': '1024Mi',
      'limits.memory': '1024Mi',
    })
    const least = decide({ own: [web(large)], others: [range({ min: { cpu: '1500m' } })] })
    expect(values(least)['requests.cpu']).toBe('1500m')
    const ratio = range({ maxLimitRequestRatio: { cpu: '2' } })
    expect(values(decide({ own: [web({ requests: { cpu: '2' }, limits: { cpu: '4' } }), ratio] }))).toEqual({
      'requests.cpu': '1000m',
      'limits.cpu': '2000m',
    })
  })
})

describe('what is shared', () => {
  it('a quota of the namespace holds raises that do not fit, with one pod more', () => {
    const quota = object('ResourceQuota', { hard: { 'requests.cpu': '1', 'limits.memory': '8Gi' } })
    const small = { requests: { cpu: '100m', memory: '256Mi' } }
    const answer = decide({ own: [web(small), quota], cpu: 600, memory: 600 })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '704Mi' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(
      /allows 1000m of requests\.cpu .* 200m are used\. 2 pods, and 1 more during the rollout,/,
    )
  })

  it('a quota counts the pods that a rollout starts first: a share, a number, or none', () => {
    const quota = object('ResourceQuota', { hard: { 'requests.cpu': '3600m' } })
    const small = { requests: { cpu: '100m', memory: '256Mi' } }
    const cpuWith = (strategy: JsonObject) => {
      const own = web(small)
      const spec = { ...(own['spec'] as JsonObject), replicas: 5, strategy }
      const answer = decide({ own: [{ ...own, spec }, quota], cpu: 600, more: { replicas: fivePods } })
      return values(answer)['requests.cpu']
    }
    expect(cpuWith({})).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: '100%' } })).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: 1 } })).toBe('keep')
    expect(cpuWith({ rollingUpdate: { maxSurge: 0 } })).toBe('630m')
    expect(cpuWith({ type: 'Recreate' })).toBe('630m')
  })

  it('a LimitRange for pods holds raises whose sum is above it', () => {
    const most = object('LimitRange', { limits: [{ type: 'Pod', max: { memory: '600Mi' } }] })
    const answer = decide({ own: [web({ requests: { memory: '256Mi' } }), most], memory: 600 })
    expect(values(answer)).toEqual({ 'requests.memory': 'keep' })
    expect(lastReason(answer, 'requests.memory')).toContain('allows a pod no more than 600Mi')
  })

  it('a LimitRange for pods holds what would leave its minimum or its ratio', () => {
    const limits = (limit: JsonObject) => object('LimitRange', { limits: [{ type: 'Pod', ...limit }] })
    const own = web({ requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } })
    expect(values(decide({ own: [own, limits({ min: { cpu: '1500m' } })] }))).toMatchObject({
      'requests.cpu': 'keep',
      'requests.memory': '720Mi',
    })
    expect(values(decide({ own: [own, limits({ min: { cpu: '900m' } })] }))['requests.cpu']).toBe('1000m')
    const answer = decide({ own: [own, limits({ maxLimitRequestRatio: { memory: '2500m' } })] })
    expect(values(answer)).toEqual({
      'requests.cpu': '1000m',
      'requests.memory': 'keep',
      'limits.memory': 'keep',
    })
    expect(lastReason(answer, 'requests.memory')).toContain('allows a pod no limits above 2.5 × its requests')
  })

  it('the resources of a pod as a whole hold raises that do not fit', () => {
    const small = { requests: { cpu: '300m' } }
    const answer = decide({ own: [web(small, { resources: { requests: { cpu: '500m' } } })], cpu: 900 })
    expect(values(answer)).toEqual({ 'requests.cpu': 'keep' })
    expect(lastReason(answer, 'requests.cpu')).toMatch(/pod as a whole has requests\.cpu of 500m/)
  })

  it('a disruption budget keeps the minimum of an HPA', () => {
    const budget = (minAvailable: number | string) =>
      object('PodDisruptionBudget', { minAvailable, selector: { matchLabels: { app: 'api' } } }, 'policy/v1')
    const pods = { min: 6, max: 6, mean: 6, series: packCounts(frame, Array(hours).fill(6)) }
    const minimum = (...budgets: readonly JsonObject[]) =>
      values(
        decide({
          own: [web({ requests: { cpu: '500m' } }), hpa('cpu'), ...budgets],
          more: { replicas: pods },
        }),
      )['hpa.minReplicas']
    expect(minimum()).toBe('3')
    expect(minimum(budget(4))).toBe('5')
    expect(minimum(budget('75%'))).toBe('4')
    expect(minimum(budget('100%'))).toBe('keep')
    expect(minimum(budget(1))).toBe('3')
  })

  it('a minimum and a maximum of settings bound requests, also after a kill', () => {
    const rules = [{ match: {}, minimum: { cpu: '1500m' }, maximum: { memory: '1100Mi' } }]
    const answer = decide({
      own: [web({ requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '1Gi' } })],
      rules,
      memory: 1020,
      kills: 3,
    })
    expect(values(answer)).toEqual({
      'requests.cpu': '1500m',
      'requests.memory': '1100Mi',
      'limits.memory': '1100Mi',
    })
  })
})

describe('an OOM kill behind a memory target', () => {
  it('raises the request and lowers the target, so that the HPA adds pods at the same usage', () => {
    const own = [web({ requests: { memory: '512Mi' }, limits: { memory: '512Mi' } }), hpa('memory', 80)]
    const answer = decide({ own, memory: 500, kills: 9 })
    expect(values(answer)).toMatchObject({
      'requests.memory': '624Mi',
      'limits.memory': '624Mi',
      'hpa.target.memory': '66',
    })
    expect(values(decide({ own, memory: 500 }))).toMatchObject({ 'requests.memory': 'keep' })
  })
})

describe('whole cores', () => {
  it('of a Guaranteed pod stay whole', () => {
    const whole = { cpu: '4', memory: '1Gi' }
    expect(values(decide({ own: [web({ requests: whole, limits: whole })], cpu: 2500 }))).toMatchObject({
      'requests.cpu': '3000m',
      'limits.cpu': '3000m',
    })
    expect(values(decide({ own: [web({ requests: whole })], cpu: 2500 }))['requests.cpu']).toMatch(
      /^2\d\d\dm$/,
    )
  })
})

describe('memory in thousandths of a byte', () => {
  it('is named as a slip', () => {
    const answer = decide({ own: [web({ requests: { memory: '512m' }, limits: { memory: '512m' } })] })
    expect(lastReason(answer, 'requests.memory')).toMatch(/512m is 0\.512 bytes, .* probably 512Mi is meant/)
  })
})
