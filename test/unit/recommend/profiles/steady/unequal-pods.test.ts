import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../../config/schema.ts'
import { declaredWorkloads } from '../../../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../../../plugin/model/json.ts'
import type { Recommendation } from '../../../../../plugin/model/recommendation.ts'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { cpuScale, memoryScale } from '../../../../../plugin/model/sketch.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import { observationWith } from '../../builders.ts'

const Mi = 1024 ** 2
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: 14 * 24 }
const pods = 40
const workload = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'shop', name: 'agent' }

interface Fleet {
  readonly busy: number
  readonly percentile?: number
  readonly kind?: string
  readonly limit?: string
}

/** Decides on pods of which some use much more than the others: 700m and 550Mi, against 40m and 90Mi. */
function decide({ busy, percentile = 100, kind = 'DaemonSet', limit = '900Mi' }: Fleet) {
  const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
  for (let hour = 0; hour < frame.count; hour += 1)
    for (let pod = 0; pod < pods; pod += 1) {
      cpu.add(hour, pod < busy ? 700 : 40)
      memory.add(hour, (pod < busy ? 550 : 90) * Mi)
    }
  const used = { cpu: cpu.finish(), memory: memory.finish() }
  if (used.cpu === undefined || used.memory === undefined) throw new Error('nothing was recorded')
  const own = { ...workload, kind }
  const observation = observationWith({
    workload: own,
    containers: [{ container: 'agent', cpu: used.cpu, memory: used.memory, oomKills: 0 }],
    replicas: { min: pods, max: pods, mean: pods },
  })
  const resources = { requests: { cpu: '200m', memory: '600Mi' }, limits: { memory: limit } }
  const object: JsonObject = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: own.name, namespace: own.namespace },
    spec: { template: { spec: { containers: [{ name: 'agent', image: 'x', resources }] } } },
  }
  const { profile: _, ...options } = settingsSchema.parse({
    recommend: { podPercentile: percentile },
  }).recommend
  const settings = { options, rules: [], guarded: true, lastChange: () => undefined }
  return recommend(
    { cluster: 'prod', workloads: declaredWorkloads([object], 'shop') },
    [observation],
    settings,
  )
}

const of = (all: readonly Recommendation[], field: string) => {
  const found = all.find((one) => one.field === field)
  if (found === undefined || found.verdict === 'unsure') throw new Error(`nothing is decided on ${field}`)
  const value = found.verdict === 'change' ? found.to : found.from
  return {
    value,
    rules: found.because.map(({ rule }) => rule),
    text: found.because.map(({ text }) => text).join(' '),
  }
}

describe('a DaemonSet on unequal nodes', () => {
  it('says how many pods set the size for all, what the others use, and what that costs', () => {
    const { value, text } = of(decide({ busy: 2 }), 'requests.cpu')
    expect(value).toBe(710)
    expect(text).toContain('About 2 of 40 pods use far more than the others (704m against 41m)')
    expect(text).toContain('26.8 cores more in all')
  })

  it('is sized for the pods that the setting covers', () => {
    const all = decide({ busy: 2, percentile: 95 })
    const cpu = of(all, 'requests.cpu')
    expect(cpu.value).toBe(100)
    expect(cpu.text).toContain(
      'Of the 95 % of the pods that use least (podPercentile), CPU was above 41m for 0 minutes a day',
    )
    expect(of(all, 'requests.memory').text).toContain('The memory that 95 % of the pods use is')
    expect(of(all, 'requests.memory').value).toBeLessThan(550 * Mi)
  })

  it('keeps a memory limit above the pods that are left out', () => {
    expect(of(decide({ busy: 2, percentile: 95 }), 'limits.memory').value).toBe(900 * Mi)
    const guaranteed = decide({ busy: 2, percentile: 95, limit: '600Mi' })
    expect(of(guaranteed, 'requests.memory').value).toBeGreaterThanOrEqual(550 * Mi)
    expect(of(guaranteed, 'limits.memory').value).toBeGreaterThanOrEqual(550 * Mi)
  })

  it.each([
    ['most pods are alike', { busy: 0 }],
    ['half of the pods are large', { busy: 22 }],
    ['the pods are those of a Deployment', { busy: 2, kind: 'Deployment' }],
  ])('says nothing of it where %s', (_, fleet) => {
    expect(of(decide(fleet), 'requests.cpu').rules).not.toContain('pods.unequal')
  })

  it('sizes a Deployment for its busiest pod whatever the setting says', () => {
    expect(of(decide({ busy: 2, kind: 'Deployment', percentile: 50 }), 'requests.cpu').value).toBe(710)
  })
})
