import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import { bucketStart, cpuScale } from '../../../../../plugin/model/sketch.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import { jointCpu } from '../../../../../plugin/recommend/profiles/steady/horizontal.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import type { Replay, Replayed } from '../../../../../plugin/recommend/replay/replay.ts'
import type { ContainerInput } from '../../../../../plugin/recommend/workload-input.ts'
import { workload } from '../../hpa/recorded.ts'
import { evidence, inBucket, input, said, textOf } from './parts.ts'

/** A container that wants the end of a bucket: 220m of 14, 425m of 22, 710m of 30. */
const wants = (bucket: number, request: string | undefined, name = 'app'): ContainerInput =>
  input(request === undefined ? {} : { 'requests.cpu': request }, { cpu: inBucket(bucket) }, name)
const end = (bucket: number) => roundCpu(bucketStart(cpuScale, bucket + 1))

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
    requests: Object.fromEntries([...requests].map(([name, advice]) => [name, said(advice)])),
    target: said(target),
    text: textOf(target),
    texts: Object.fromEntries([...requests].map(([name, advice]) => [name, textOf(advice)])),
  }
}

describe('a container behind an HPA', () => {
  it('is what this file says', () => {
    expect([end(14), end(22), end(30)]).toEqual([220, 415, 710])
  })

  it('falls to what it wants while the target rises, and the scale point stays', () => {
    const { requests, target, text } = joint({ members: [wants(30, '1')] })
    expect(requests).toEqual({ app: [710, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([70, 'hpa.scale-point'])
    expect(text).toContain('500m')
  })

  it('rises to what it wants while the target falls', () => {
    const { requests, target } = joint({ members: [wants(30, '500m')], utilization: 80 })
    expect(requests).toEqual({ app: [710, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([56, 'hpa.scale-point'])
  })

  it('falls no further than the highest target allows', () => {
    const { requests, target } = joint({ members: [wants(22, '1')] })
    expect(requests).toEqual({ app: [630, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([79, 'hpa.scale-point'])
  })

  it('rises no further than the lowest target allows', () => {
    const { requests, target } = joint({ members: [wants(60, '500m')], utilization: 60 })
    expect(requests).toEqual({ app: [600, 'cpu.price', 'hpa.scale-point'] })
    expect(target).toEqual([50, 'hpa.scale-point'])
  })

  it('may keep a target that its owners set beyond the bounds', () => {
    expect(joint({ members: [wants(22, '1')], utilization: 90 }).target[0]).toBe(90)
    expect(joint({ members: [wants(22, '1')], utilization: 90 }).requests['app']?.[0]).toBe(1000)
    expect(joint({ members: [wants(60, '1')], utilization: 40 }).target).toEqual([
      40,
      'hpa.scale-point',
      'pace.small',
    ])
    expect(
      joint({ members: [wants(30, '2')], utilization: 40, known: evidence({ maximumCpuDecrease: 90 }) })
        .target[0],
    ).toBe(80)
  })

  it('falls by one step, and says so', () => {
    const { requests, target } = joint({
      members: [wants(14, '1')],
      known: evidence({ maximumCpuDecrease: 20 }),
    })
    expect(requests).toEqual({ app: [800, 'cpu.price', 'hpa.scale-point', 'pace.down'] })
    expect(target).toEqual([63, 'hpa.scale-point'])
  })

  it('stays for less than 25 millicores, with its target', () => {
    const known = evidence({ minimumDecrease: 0, minimumChange: 0 })
    expect(joint({ members: [wants(30, '734m')], known })).toMatchObject({
      requests: { app: [734, 'hpa.scale-point', 'pace.small'] },
      target: [50, 'hpa.scale-point', 'pace.small'],
    })
    expect(joint({ members: [wants(30, '735m')], known }).requests).toEqual({
      app: [710, 'cpu.price', 'hpa.scale-point'],
    })
  })

  it('is unsure, with its target, on too little evidence or without samples', () => {
    const few = joint({ members: [wants(30, '1')], known: evidence({}, { days: 2 }) })
    expect(few).toMatchObject({ requests: { app: ['unsure'] }, target: ['unsure'] })
    expect(few.text).toBe(few.texts['app'])
    const both = joint({ members: [wants(30, '1'), input({ 'requests.cpu': '1' }, {}, 'proxy')] })
    expect(both).toMatchObject({ requests: { app: ['unsure'], proxy: ['unsure'] }, target: ['unsure'] })
  })

  it('rises on little evidence', () => {
    const known = evidence({}, { days: 2 })
    expect(joint({ members: [wants(30, '500m')], utilization: 80, known }).requests['app']?.[0]).toBe(710)
  })
})

describe('containers behind one target', () => {
  const both = (app: string, proxy: string) => [wants(30, app, 'app'), wants(14, proxy, 'proxy')]

  it('share what the pod wants', () => {
    const { requests, target } = joint({ members: both('1', '500m') })
    expect(requests).toEqual({
      app: [710, 'cpu.price', 'hpa.scale-point'],
      proxy: [250, 'cpu.price', 'hpa.scale-point'],
    })
    // (1000 + 500) at 50 %, over what was shared out.
    expect(target).toEqual([78, 'hpa.scale-point'])
  })

  it('share it better where the pod has enough', () => {
    const { requests, target } = joint({ members: both('500m', '460m'), utilization: 77 })
    expect(requests).toEqual({
      app: [730, 'cpu.price', 'hpa.scale-point', 'hpa.rebalanced'],
      proxy: [230, 'cpu.price', 'hpa.scale-point', 'hpa.rebalanced'],
    })
    expect(target).toEqual([77, 'hpa.scale-point'])
  })

  it('stay where they share it well, and where too little is known', () => {
    const still = {
      requests: {
        app: [710, 'hpa.scale-point', 'pace.small'],
        proxy: [220, 'hpa.scale-point', 'pace.small'],
      },
      target: [77, 'hpa.scale-point', 'pace.small'],
    }
    expect(joint({ members: both('710m', '220m'), utilization: 77 })).toMatchObject(still)
    const known = evidence({}, { days: 2 })
    expect(joint({ members: both('500m', '460m'), utilization: 77, known })).toMatchObject({
      requests: {
        app: [500, 'hpa.scale-point', 'pace.small'],
        proxy: [460, 'hpa.scale-point', 'pace.small'],
      },
      target: [77, 'hpa.scale-point', 'pace.small'],
    })
  })

  it('are raised on little evidence, and none is lowered', () => {
    const { requests } = joint({
      members: both('300m', '400m'),
      utilization: 80,
      known: evidence({}, { days: 2 }),
    })
    expect(requests['app']?.[0]).toBeGreaterThan(300)
    expect(requests['proxy']?.[0]).toBe(400)
  })

  it('count for nothing without a request', () => {
    const { requests } = joint({ members: [wants(30, '1'), wants(0, undefined, 'proxy')] })
    expect(requests['app']?.[0]).toBe(710)
    expect(requests['proxy']?.[0]).toBe(10)
  })
})

describe('a container with a target of its own that does not decide how many pods run', () => {
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
    return { request: advice && said(advice), target: said(target), text: textOf(target) }
  }

  it('is sized so that what it wants is its scale point; its target stays', () => {
    const { request, target, text } = idle(proxy, { maximumCpuDecrease: 90 })
    expect(request).toEqual([440, 'hpa.idle'])
    expect(target).toEqual([50, 'hpa.idle'])
    expect(text).toMatch(/50 % .*440m/)
  })

  it('falls by one step, or not at all on little evidence', () => {
    expect(idle(proxy, { maximumCpuDecrease: 20 })).toMatchObject({
      request: [800, 'hpa.idle', 'pace.down'],
      target: [50, 'hpa.idle'],
    })
    expect(idle(proxy, {}, 2)).toMatchObject({ request: ['unsure'], target: ['unsure'] })
  })

  it('leaves the one that decides on its scale point', () => {
    expect(idle(app)).toMatchObject({
      request: [710, 'cpu.price', 'hpa.scale-point'],
      target: [70, 'hpa.scale-point'],
    })
  })
})

describe('the highest target', () => {
  const replaying =
    (podLoads: readonly number[], asked: unknown[] = []): Replay =>
    (members, scaler) => {
      asked.push({ members, scaler })
      return { demand: {}, run: { run: { podLoads: Float64Array.from(podLoads) } } } as unknown as Replayed
    }
  const members = [wants(14, '1'), wants(0, '100m', 'proxy')]

  it('is no higher than the recorded demand bears where the HPA can be simulated', () => {
    // A scale point of 550m: 733m at 75 %, 786m at 70 %.
    const loads = [...Array<number>(98).fill(100), 750, 750]
    const asked: unknown[] = []
    const { target, text, requests } = joint({
      members,
      autoscaler: { minReplicas: 2, maxReplicas: 9 },
      replay: replaying(loads, asked),
    })
    expect(target).toEqual([70, 'hpa.scale-point', 'hpa.simulated'])
    expect(text).toMatch(/target of 70 %.* 0 % .*0 %/)
    expect(requests['app']).toContain('hpa.simulated')
    expect(asked).toEqual([
      {
        members: ['app', 'proxy'],
        scaler: { minReplicas: 2, maxReplicas: 9, utilization: 50, request: 1100 },
      },
    ])
  })

  it('says for how much of the time pods are short, in hundredths of a percent', () => {
    const loads = [...Array<number>(9993).fill(100), ...Array<number>(7).fill(5000)]
    const { text } = joint({ members, autoscaler: { maxReplicas: 9 }, replay: replaying(loads) })
    expect(text).toMatch(/80 %.* 0\.07 % .*0\.07 %/)
  })

  it('has one pod at least where the HPA names no minimum, and moves as the HPA does', () => {
    const asked: unknown[] = []
    const behavior = { scaleUp: {} } as never
    joint({ members, autoscaler: { maxReplicas: 9, behavior }, replay: replaying([1], asked) })
    expect(asked).toMatchObject([{ scaler: { minReplicas: 1, behavior } }])
  })

  it.each<[string, Partial<Case>]>([
    ['without a maximum', { replay: replaying([5000]) }],
    ['where nothing was recorded', { autoscaler: { maxReplicas: 9 }, replay: () => undefined }],
    ['where no demand by slot is known', { autoscaler: { maxReplicas: 9 } }],
  ])('is that of the settings %s', (_name, more) => {
    const { target } = joint({ members, ...more })
    expect(target).toEqual([80, 'hpa.scale-point'])
  })
})
