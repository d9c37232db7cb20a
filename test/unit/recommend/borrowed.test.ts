import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredWorkload } from '../../../plugin/model/declared.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const hours = 14 * 24
const first = Date.UTC(2026, 8, 1) / 1000 + 3600
const mib = 1024 ** 2

const declared: DeclaredWorkload = {
  workload,
  containers: [
    {
      name: 'app',
      role: 'main',
      values: { 'requests.cpu': '1', 'requests.memory': '1Gi', 'limits.memory': '1Gi' },
    },
  ],
}

/** A workload that uses so much in its last days. */
function used(
  cluster: string,
  days: number,
  { cpu, memory }: { readonly cpu: number; readonly memory: number },
): Observation {
  const frame = { first: first + (14 - days) * 86_400, step: 3600, count: Math.min(hours, days * 24) }
  const usage = recordedUsage({ cpu: () => cpu, memory: () => memory * mib }, frame)
  return observationWith({ cluster, days, containers: [{ container: 'app', oomKills: 0, ...usage }] })
}

const decide = (all: readonly Observation[], of: DeclaredWorkload = declared) =>
  recommend({ cluster: 'new', workloads: [of] }, all, { options, rules: [], lastChange: () => undefined })
const young = used('new', 2, { cpu: 100, memory: 200 })
const old = used('prod', 14, { cpu: 150, memory: 400 })

describe('a workload with little history', () => {
  it('borrows from itself in another cluster: the higher of what both need, and the reason says so', () => {
    const alone = recommend({ cluster: 'prod', workloads: [declared] }, [old], {
      options,
      rules: [],
      lastChange: () => undefined,
    })
    const borrowed = decide([young, old])
    expect(borrowed.map(({ field, verdict }) => [field, verdict])).toEqual(
      alone.map(({ field, verdict }) => [field, verdict]),
    )
    for (const [index, one] of borrowed.entries()) {
      const other = alone[index]
      if (one.verdict !== 'change' || other?.verdict !== 'change') throw new Error('both should change')
      expect(one.to).toBe(other.to)
      expect(one.because.at(-1)).toEqual({
        rule: 'evidence.borrowed',
        text: 'Only 2.0 days of its own usage are known, so that of the same workload in prod counts too (14.0 days): the value is the higher of both.',
      })
    }
  })

  it('needs its own higher usage, whatever the other uses', () => {
    const [cpu] = decide([used('new', 2, { cpu: 600, memory: 200 }), old])
    expect(cpu).toMatchObject({ field: 'requests.cpu', verdict: 'change' })
    expect(cpu?.verdict === 'change' && cpu.to).toBeGreaterThan(600)
  })

  it.each([
    ['from nobody when it runs nowhere else', [young]],
    ['nothing from one that is as young', [young, used('prod', 3, { cpu: 100, memory: 200 })]],
    [
      'nothing from one that needs as much as is requested',
      [young, used('prod', 14, { cpu: 990, memory: 900 })],
    ],
    ['nothing in its first day', [used('new', 0.5, { cpu: 100, memory: 200 }), old]],
    [
      'nothing from a workload of another name',
      [young, { ...old, workload: { ...workload, name: 'other' } }],
    ],
    [
      'nothing from one with other containers',
      [young, { ...old, containers: old.containers.map((one) => ({ ...one, container: 'main' })) }],
    ],
  ])('borrows %s', (_name, all) => {
    expect(decide(all).map(({ verdict }) => verdict)).toEqual(['unsure', 'unsure', 'keep'])
  })
})
