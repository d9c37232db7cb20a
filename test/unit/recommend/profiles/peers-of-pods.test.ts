import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../config/schema.ts'
import type { DeclaredWorkload } from '../../../../plugin/model/declared.ts'
import type { ContainerUsage, Observation } from '../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../plugin/model/recorder.ts'
import { cpuScale, memoryScale } from '../../../../plugin/model/sketch.ts'
import type { ProfileName } from '../../../../plugin/recommend/profiles/profiles.ts'
import { recommend } from '../../../../plugin/recommend/recommend.ts'
import { observationWith, workload } from '../builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const frame = { first: 3600, step: 3600, count: 14 * 24 }
const Mi = 1024 ** 2

/** A container whose pods use so much each, in millicores and bytes. */
function used(
  container: string,
  pods: readonly number[],
  bytes: number | readonly number[],
  isByPod = false,
): ContainerUsage {
  const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
  for (const [pod, millicores] of pods.entries()) {
    for (let hour = 0; hour < frame.count; hour += 1) {
      cpu.add(hour, millicores)
      memory.add(hour, typeof bytes === 'number' ? bytes : (bytes[pod] ?? 0))
    }
    if (isByPod) for (const recorder of [cpu, memory]) recorder.endPod()
  }
  const [ofCpu, ofMemory] = [cpu.finish(), memory.finish()]
  return { container, oomKills: 0, ...(ofCpu && { cpu: ofCpu }), ...(ofMemory && { memory: ofMemory }) }
}

function ask(profile: ProfileName, containers: readonly ContainerUsage[], pods: number) {
  const declared: DeclaredWorkload = {
    workload,
    containers: containers.map(({ container }) => ({
      name: container,
      role: 'main',
      values: { 'requests.cpu': '3', 'requests.memory': '3Gi' },
    })),
  }
  const observation: Observation = observationWith({
    containers,
    replicas: { min: pods, max: pods, mean: pods },
  })
  return recommend({ workloads: [declared] }, [observation], {
    profile,
    options,
    rules: [],
    lastChange: () => undefined,
  }).map((one) => (one.verdict === 'change' ? one.to : one.verdict))
}

describe('profile vpa', () => {
  it('shares the smallest size of a pod between its containers', () => {
    expect(ask('vpa', [used('app', [1], Mi)], 1)).toEqual([25, 250 * Mi])
    expect(ask('vpa', [used('app', [1], Mi), used('proxy', [1], Mi)], 1)).toEqual([
      12,
      125 * Mi,
      12,
      125 * Mi,
    ])
  })
})

describe('profile vpa, with pods of different sizes', () => {
  it('takes the 90th percentile of the peaks of all pods', () => {
    const bytes = (large: number) => Array.from({ length: 20 }, (_, pod) => (pod < large ? 2000 : 500) * Mi)
    const ofPods = (large: number) =>
      ask('vpa', [used('app', Array<number>(20).fill(300), bytes(large), true)], 20)[1]
    expect(ofPods(1)).toBeLessThan(700 * Mi)
    expect(ofPods(3)).toBeGreaterThan(2000 * Mi)
  })

  it('weights CPU of the last hours more than that of the same day before', () => {
    const cpu = usageRecorder(cpuScale, frame)
    for (let hour = 0; hour < frame.count; hour += 1) cpu.add(hour, hour < frame.count - 6 ? 300 : 600)
    const usage = { ...used('app', [1], Mi), cpu: cpu.finish() }
    if (usage.cpu === undefined) throw new Error('no CPU')
    // The last quarter of a day has 0.16 of the weight: more than a tenth, so its usage is the 90th percentile.
    expect(ask('vpa', [{ ...usage, cpu: usage.cpu }], 1)[0]).toBeGreaterThan(600 * 1.1)
  })
})

describe('profile krr', () => {
  it('takes the percentile of the pod that is always busiest, if only by a little', () => {
    const pods = [130, ...Array<number>(39).fill(100)]
    const [cpu] = ask('krr', [used('app', pods, Mi, true)], 40)
    expect(Math.abs(Number(cpu) / 130 - 1)).toBeLessThan(0.05)
    const [unknown] = ask('krr', [used('app', pods, Mi)], 40)
    expect(Math.abs(Number(unknown) / 100 - 1)).toBeLessThan(0.06)
  })

  it('is exact to a millicore for small containers', () => {
    const [cpu] = ask('krr', [used('app', [31], Mi)], 1)
    expect(cpu).toBe(32)
  })

  it('takes the percentile of the busiest pod where load is spread unevenly', () => {
    const [cpu] = ask('krr', [used('app', [1300, ...Array<number>(19).fill(100)], Mi)], 20)
    expect(cpu).toBeGreaterThanOrEqual(1300 * 0.95)
    expect(cpu).toBeLessThanOrEqual(1300 * 1.05)
  })

  it('takes that of all pods where it is spread evenly', () => {
    const [cpu] = ask('krr', [used('app', [300, 310, 290, 305], Mi)], 4)
    expect(cpu).toBeLessThanOrEqual(310 * 1.1)
  })
})

it('repeats the bugs of Tortoise when the setting says so', () => {
  const parse = (asPublished: boolean) =>
    settingsSchema.parse({ recommend: { tortoise: { asPublished } } }).recommend.tortoise.asPublished
  expect([parse(true), parse(false), settingsSchema.parse({}).recommend.tortoise.asPublished]).toEqual([
    true,
    false,
    false,
  ])
})
