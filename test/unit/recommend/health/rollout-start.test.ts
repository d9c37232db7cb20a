import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import { rolloutAfter } from '../../../../plugin/recommend/health/rollout-start.ts'
import { spanOf } from '../../../../plugin/recommend/health/span.ts'
import { observationWith, recordedUsage, workload } from '../builders.ts'

const [hour, day] = [3600, 86_400]
const end = Date.UTC(2026, 8, 15) / 1000
const frame = { first: end - 14 * day + hour, step: hour, count: 14 * 24 }
const observed = (kind: string, pods: Readonly<Record<string, number>> | undefined): Observation => ({
  ...observationWith({
    containers: [
      { container: 'app', oomKills: 0, ...recordedUsage({ cpu: () => 100, memory: () => 1e8 }, frame) },
    ],
  }),
  workload: { ...workload, kind },
  ...(pods && {
    podStarts: Object.entries(pods).map(([pod, daysAgo]) => ({ pod, created: end - daysAgo * day })),
  }),
})

describe('the rollout of a change', () => {
  const commit = end - 3 * day
  it.each([
    ['the first pod of a new template', 'Deployment', { 'api-1-a': 9, 'api-2-b': 2, 'api-2-c': 1 }, 2],
    ['not another pod of an old template', 'Deployment', { 'api-1-a': 9, 'api-1-b': 1 }, 'none'],
    [
      'a template that comes back',
      'Deployment',
      { 'api-2-a': 20, 'api-1-b': 9, 'api-2-c': 2, 'api-2-d': 1 },
      2,
    ],
    ['the first of two templates', 'Rollout', { 'api-1-a': 9, 'api-3-b': 1, 'api-2-b': 2.5 }, 2.5],
    [
      'a pod that a slower clock dates a little before',
      'Deployment',
      { 'api-1-a': 9, 'api-2-b': 3.002 },
      3.002,
    ],
    ['the first pod that was replaced', 'StatefulSet', { 'db-1': 9, 'db-0': 2 }, 2],
    ['unknown without pods', 'Deployment', {}, undefined],
    ['unknown where pods are not known', 'Deployment', undefined, undefined],
  ] as const)('is %s', (_, kind, pods, expected) => {
    const found = rolloutAfter(observed(kind, pods), commit)
    if (typeof expected === 'number') expect((end - Number(found)) / day).toBeCloseTo(expected, 6)
    else expect(found).toBe(expected)
  })

  const span = (pods: Readonly<Record<string, number>> | undefined, daysAgo: number, isOfPods = true) => {
    const found = spanOf({ daysAgo }, observed('Deployment', pods), { days: 3, isOfPods })
    return typeof found === 'string'
      ? found
      : { isOpen: found.isOpen, days: Math.round(found.days * 100) / 100 }
  }

  it('begins the days of a change, and not its commit', () => {
    expect(span(undefined, 4)).toEqual({ isOpen: false, days: 3 })
    expect(span({ 'api-1-a': 9, 'api-2-b': 1 }, 4)).toEqual({ isOpen: true, days: 0.98 })
    expect(span({ 'api-1-a': 9 }, 4)).toBe('open')
  })

  it('is no matter for a change of an HPA', () => {
    expect(span({ 'api-1-a': 9 }, 4, false)).toEqual({ isOpen: false, days: 3 })
  })
})
