import { describe, expect, it } from 'vitest'
import { defaultBehavior } from '../../../../../plugin/model/behavior.ts'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import { bucketStart, cpuScale } from '../../../../../plugin/model/sketch.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import { jointCpu } from '../../../../../plugin/recommend/profiles/steady/horizontal.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import type { Replay, ReplayedDemand } from '../../../../../plugin/recommend/replay/replay.ts'
import type { ContainerInput } from '../../../../../plugin/recommend/workload-input.ts'
import { workload } from '../../builders.ts'
import { containerInput, cpuBucket, evidence, inBucket, textOf, valueAndRules } from './rule-builders.ts'

/** A container that needs the upper end of a bucket: 220m for bucket 14, 415m for 22, 710m for 30. */
const wants = (bucket: number, request: string | undefined, name = 'app'): ContainerInput =>
  containerInput(request === undefined ? {} : { 'requests.cpu': request }, { cpu: inBucket(bucket) }, name)
const end = (bucket: number) => roundCpu(bucketStart(cpuScale, cpuBucket(bucket) + 1))

interface Case {
  readonly members: readonly ContainerInput[]
  readonly utilization?: number
  readonly autoscaler?: Partial<DeclaredAutoscaler>
  readonly known?: Evidence
  readonly replay?: Replay
}

function joint({ members, utilization = 50, autoscaler = {}, known = evidence(), replay }: Case) {
  const targets = [{ resource: 'cpu' as const, utilization }]
  const subject = {
    declared: {
      workload,
      containers: members.map(({ declared }) => declared),
      autoscaler: { targets, ...autoscaler },
    },
    policy: () => ({ policy: 'Horizontal' as const, said: '' }),
    ...(replay === undefined ? {} : { replay }),
  }
  const { requests, target } = jointCpu({ members, utilization, subject }, known)
  return {
    requests: Object.fromEntries([...requests].map(([name, advice]) => [name, valueAndRules(advice)])),
    target: valueAndRules(target),
    text: textOf(target),
    texts: Object.fromEntries([...requests].map(([name, advice]) => [name, textOf(advice)])),
  }
}

describe('a container behind an HPA', () => {
  it('needs 220m, 415m or 710m in these tests', () => {
    expect([end(14), end(22), end(30)]).toEqual([220, 415, 710])
  })

  it('is lowered to its need and its target is raised, so that the scale point is kept', () => {
    const { requests, target, text } = joint({ members: [wants(30, '1')] })
    expect(requests).toEqual({ app: [710, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([70, 'hpa.scale-point'])
    expect(text).toContain('500m')
  })

  it('is raised to its need and its target is lowered', () => {
    const { requests, target } = joint({ members: [wants(30, '500m')], utilization: 80 })
    expect(requests).toEqual({ app: [710, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([56, 'hpa.scale-point'])
  })

  it('is lowered no further than the highest target allows', () => {
    const { requests, target } = joint({ members: [wants(22, '1')] })
    expect(requests).toEqual({ app: [630, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([79, 'hpa.scale-point'])
  })

  it('is lowered by a smaller step when the HPA removes pods in the middle of a rollout', () => {
    const { scaleUp, scaleDown } = defaultBehavior
    const behavior = { scaleUp, scaleDown: { ...scaleDown, stabilizationWindowSeconds: 60 } }
    const { requests, target } = joint({ members: [wants(22, '1')], autoscaler: { behavior } })
    expect(requests).toEqual({ app: [720, 'cpu.price', 'hpa.scale-point', 'hpa.window'] })
    expect(target).toEqual([69, 'hpa.scale-point'])
  })

  it('is raised no further than the lowest target allows', () => {
    const { requests, target } = joint({ members: [wants(60, '500m')], utilization: 60 })
    expect(requests).toEqual({ app: [600, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([50, 'hpa.scale-point'])
  })

  it('may keep a current target outside the bounds', () => {
    expect(joint({ members: [wants(22, '1')], utilization: 90 }).target[0]).toBe(90)
    expect(joint({ members: [wants(22, '1')], utilization: 90 }).requests['app']?.[0]).toBe(1000)
    expect(joint({ members: [wants(60, '1')], utilization: 40 }).target).toEqual([
      40,
      'hpa.scale-point',
      'step.small',
    ])
    expect(
      joint({ members: [wants(30, '2')], utilization: 40, known: evidence({ maximumCpuDecrease: 90 }) })
        .target[0],
    ).toBe(80)
  })

  it('is lowered by at most one step', () => {
    const { requests, target } = joint({
      members: [wants(14, '1')],
      known: evidence({ maximumCpuDecrease: 20 }),
    })
    expect(requests).toEqual({ app: [800, 'cpu.price', 'hpa.scale-point', 'step.down'] })
    expect(target).toEqual([63, 'hpa.scale-point'])
  })

  it('is kept with its target when a lower request saves too little for a rollout', () => {
    const lowered = (from: string, pods: number) =>
      joint({
        members: [wants(30, from)],
        known: evidence({ minimumChange: 0 }, { replicas: { min: pods, max: pods, mean: pods } }),
      })
    expect(lowered('760m', 1)).toMatchObject({
      requests: { app: [760, 'hpa.scale-point', 'rollout.cost'] },
      target: [50, 'hpa.scale-point', 'rollout.cost'],
    })
    // What is too little for one pod is enough for twenty.
    expect(lowered('760m', 20).requests).toEqual({ app: [710, 'cpu.price', 'hpa.scale-point'] })
    expect(lowered('730m', 500).requests).toEqual({ app: [730, 'hpa.scale-point', 'rollout.cost'] })
  })

  it('is unsure with its target on a short history or without samples', () => {
    const few = joint({ members: [wants(30, '1')], known: evidence({}, { days: 2 }) })
    expect(few).toMatchObject({ requests: { app: ['unsure'] }, target: ['unsure'] })
    expect(few.text).toBe(few.texts['app'])
    const both = joint({ members: [wants(30, '1'), containerInput({ 'requests.cpu': '1' }, {}, 'proxy')] })
    expect(both).toMatchObject({ requests: { app: ['unsure'], proxy: ['unsure'] }, target: ['unsure'] })
  })

  it('is raised on a short history', () => {
    const known = evidence({}, { days: 2 })
    expect(joint({ members: [wants(30, '500m')], utilization: 80, known }).requests['app']?.[0]).toBe(710)
  })
})

describe('containers behind one target', () => {
  const both = (app: string, proxy: string) => [wants(30, app, 'app'), wants(14, proxy, 'proxy')]

  it('split what the pod needs', () => {
    const { requests, target } = joint({ members: both('1', '500m') })
    expect(requests).toEqual({
      app: [710, 'cpu.price', 'hpa.scale-point'],
      proxy: [250, 'cpu.price', 'hpa.scale-point'],
    })
    // (1000 + 500) at 50 %, over what was shared out.
    expect(target).toEqual([78, 'hpa.scale-point'])
  })

  it('are rebalanced when the pod has enough', () => {
    const { requests, target } = joint({ members: both('500m', '460m'), utilization: 77 })
    expect(requests).toEqual({
      app: [730, 'cpu.price', 'hpa.scale-point', 'hpa.rebalanced'],
      proxy: [230, 'cpu.price', 'hpa.scale-point', 'hpa.rebalanced'],
    })
    expect(target).toEqual([77, 'hpa.scale-point'])
  })

  it('are kept when they are balanced, and on a short history', () => {
    const still = {
      requests: {
        app: [710, 'hpa.scale-point', 'step.small'],
        proxy: [220, 'hpa.scale-point', 'step.small'],
      },
      target: [77, 'hpa.scale-point', 'step.small'],
    }
    expect(joint({ members: both('710m', '220m'), utilization: 77 })).toMatchObject(still)
    const known = evidence({}, { days: 2 })
    expect(joint({ members: both('500m', '460m'), utilization: 77, known })).toMatchObject({
      requests: {
        app: [500, 'hpa.scale-point', 'rollout.cost'],
        proxy: [460, 'hpa.scale-point', 'rollout.cost'],
      },
      target: [77, 'hpa.scale-point', 'rollout.cost'],
    })
  })

  it('are raised on a short history, and none is lowered', () => {
    const { requests } = joint({
      members: both('300m', '400m'),
      utilization: 80,
      known: evidence({}, { days: 2 }),
    })
    expect(requests['app']?.[0]).toBeGreaterThan(300)
    expect(requests['proxy']?.[0]).toBe(400)
  })

  it('count as 0 without a request', () => {
    const { requests } = joint({ members: [wants(30, '1'), wants(0, undefined, 'proxy')] })
    expect(requests['app']?.[0]).toBe(710)
    expect(requests['proxy']?.[0]).toBe(10)
  })
})

describe('an idle container with its own target', () => {
  const targets = ['app', 'proxy'].map((container) => ({
    resource: 'cpu' as const,
    container,
    utilization: 50,
  }))
  const proxy = wants(14, '1', 'proxy')
  const app = wants(30, '1', 'app')
  const idle = (member: ContainerInput, more: Parameters<typeof evidence>[0] = {}, days = 14) => {
    const known = evidence(more, { days, containers: [app.usage, proxy.usage] })
    const subject = {
      declared: { workload, containers: [app.declared, proxy.declared], autoscaler: { targets } },
      policy: () => ({ policy: 'Horizontal' as const, said: '' }),
    }
    const { requests, target } = jointCpu({ members: [member], utilization: 50, subject }, known)
    const [advice] = requests.values()
    return { request: advice && valueAndRules(advice), target: valueAndRules(target), text: textOf(target) }
  }

  it('gets its need as scale point; its target is kept', () => {
    const { request, target, text } = idle(proxy, { maximumCpuDecrease: 90 })
    expect(request).toEqual([440, 'hpa.idle'])
    expect(target).toEqual([50, 'hpa.idle'])
    expect(text).toMatch(/440m.*50 %/)
  })

  it('is lowered by at most one step, and not on a short history', () => {
    expect(idle(proxy, { maximumCpuDecrease: 20 })).toMatchObject({
      request: [800, 'hpa.idle', 'step.down'],
      target: [50, 'hpa.idle'],
    })
    expect(idle(proxy, {}, 2)).toMatchObject({ request: ['unsure'], target: ['unsure'] })
  })

  it('does not affect the container that determines the number of pods', () => {
    expect(idle(app)).toMatchObject({
      request: [710, 'cpu.price', 'hpa.scale-point'],
      target: [70, 'hpa.scale-point'],
    })
  })
})

describe('the highest target', () => {
  const replaying =
    (podLoads: readonly number[], calls: unknown[] = []): Replay =>
    (members, scaler) => {
      calls.push({ members, scaler })
      return {
        demand: {},
        pods: { simulation: { replicas: new Float64Array(), podLoads: Float64Array.from(podLoads) } },
      } as unknown as ReplayedDemand
    }
  const members = [wants(14, '1'), wants(0, '100m', 'proxy')]

  it('is limited by the recorded demand when the HPA can be simulated', () => {
    // Scale point 550m: a pod requests 733m at 75 % and 786m at 70 %.
    const loads = [...Array<number>(98).fill(100), 750, 750]
    const calls: unknown[] = []
    const { target, text, requests } = joint({
      members,
      autoscaler: { minReplicas: 2, maxReplicas: 9 },
      replay: replaying(loads, calls),
    })
    expect(target).toEqual([70, 'hpa.scale-point', 'hpa.simulated'])
    expect(text).toMatch(/target of 70 %.* 0 % .*0 %/)
    expect(requests['app']).toContain('hpa.simulated')
    expect(calls[0]).toEqual({
      members: ['app', 'proxy'],
      scaler: { minReplicas: 2, maxReplicas: 9, utilization: 50, request: 1100 },
    })
  })

  it('comes with the share of the time with overload, in hundredths of a percent', () => {
    const loads = [...Array<number>(9993).fill(100), ...Array<number>(7).fill(5000)]
    const { text } = joint({ members, autoscaler: { maxReplicas: 9 }, replay: replaying(loads) })
    expect(text).toMatch(/80 %.* 0\.07 % .*0\.07 %/)
  })

  it('is simulated with at least one pod when the HPA has no minimum, and with its declared behaviour', () => {
    const calls: unknown[] = []
    const behavior = { scaleUp: {} } as never
    joint({ members, autoscaler: { maxReplicas: 9, behavior }, replay: replaying([1], calls) })
    expect(calls).toMatchObject([{ scaler: { minReplicas: 1, behavior } }])
  })

  it.each<[string, Partial<Case>]>([
    ['without a maximum', { replay: replaying([5000]) }],
    ['when the demand was not recorded', { autoscaler: { maxReplicas: 9 }, replay: () => undefined }],
    ['without a replay', { autoscaler: { maxReplicas: 9 } }],
  ])('is the setting %s', (_name, more) => {
    const { target } = joint({ members, ...more })
    expect(target).toEqual([80, 'hpa.scale-point'])
  })
})
