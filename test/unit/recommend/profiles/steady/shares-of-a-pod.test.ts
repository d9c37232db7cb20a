import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import { bucketStart, cpuScale } from '../../../../../plugin/model/sketch.ts'
import { isIdle, isUnequal, parted } from '../../../../../plugin/recommend/profiles/steady/rebalance.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import type { ContainerInput, WorkloadInput } from '../../../../../plugin/recommend/workload-input.ts'
import { workload } from '../../hpa/recorded.ts'
import { evidence, inBucket, input } from './parts.ts'

const split = (from: readonly number[], wanted: readonly number[], largestDecrease = 50) => ({
  from,
  wanted,
  largestDecrease,
})

describe('the request of a pod', () => {
  it.each<[string, number, ReturnType<typeof split>, readonly number[]]>([
    ['is split as its containers want it', 1000, split([500, 500], [700, 300]), [700, 300]],
    [
      'is split in the same shares when it is more than they want',
      2000,
      split([500, 500], [700, 300]),
      [1400, 600],
    ],
    ['is split in the same shares when it is less', 500, split([200, 300], [200, 800]), [200, 400]],
    ['goes to one alone', 640, split([1000], [400]), [640]],
    [
      'leaves one that would fall too far one step above, and the rest what it has',
      1000,
      split([500, 500], [950, 50]),
      [750, 250],
    ],
    [
      'gives the others what they want, as far as the pod has it',
      700,
      split([500, 500], [600, 100]),
      [600, 250],
    ],
    ['gives the others no more than the pod has today', 700, split([500, 500], [900, 100]), [750, 250]],
    [
      'takes nothing from a container while too little is known',
      1000,
      split([500, 500], [700, 300], 0),
      [500, 500],
    ],
    ['takes from none below what it has and wants', 600, split([300, 300], [300, 900]), [300, 450]],
    ['is split evenly between containers that want nothing', 100, split([100, 100], [0, 0]), [50, 50]],
    ['is rounded up', 1001, split([500, 500], [501, 500]), [510, 500]],
  ])('%s', (_name, total, given, shares) => {
    expect(parted(total, given)).toEqual(shares)
  })
})

describe('a pod whose containers share its request badly', () => {
  const unequal = (from: readonly number[], wanted: readonly number[], changed = {}) =>
    isUnequal(split(from, wanted), evidence(changed))

  it.each<[string, readonly number[], readonly number[], boolean]>([
    ['one wants more than it has and the pod has enough', [500, 500], [700, 300], true],
    ['the pod as a whole is short', [500, 500], [700, 301], false],
    ['one wants as little more as is no change', [500, 500], [549, 100], false],
    ['one wants as much more as is a change', [500, 500], [550, 100], true],
    ['one wants a few millicores more', [50, 500], [59, 100], false],
    ['one wants ten millicores more', [50, 500], [60, 100], true],
    ['none wants more', [500, 500], [500, 100], false],
    ['the second wants more', [500, 500], [100, 600], true],
    ['one without a request wants some', [0, 500], [10, 100], true],
  ])('is found by what they want: %s', (_name, from, wanted, answer) => {
    expect(unequal(from, wanted)).toBe(answer)
  })

  it('is measured by the least change that is worth a commit', () => {
    expect(unequal([500, 500], [599, 100], { minimumChange: 20 })).toBe(false)
    expect(unequal([500, 500], [600, 100], { minimumChange: 20 })).toBe(true)
  })
})

describe('a container that does not decide how many pods run', () => {
  /** Wants 220 and 710 millicores. */
  const [small, large] = [14, 30]
  const wants = (bucket: number) => roundCpu(bucketStart(cpuScale, bucket + 1))
  const container = (name: string, request: string | undefined, bucket: number): ContainerInput =>
    input(request === undefined ? {} : { 'requests.cpu': request }, { cpu: inBucket(bucket) }, name)

  interface Pod {
    readonly app: ContainerInput
    readonly proxy: ContainerInput
    readonly targets?: DeclaredAutoscaler['targets']
    readonly seen?: readonly ContainerInput[]
  }
  const both = [
    { resource: 'cpu', container: 'app', utilization: 50 },
    { resource: 'cpu', container: 'proxy', utilization: 50 },
  ] as const

  function idle({ app, proxy, targets = both, seen = [app, proxy] }: Pod): readonly boolean[] {
    const subject: WorkloadInput = {
      declared: { workload, containers: [app.declared, proxy.declared], autoscaler: { targets } },
      policy: () => ({ policy: 'Vertical', said: '' }) as never,
    }
    const known = evidence({}, { containers: seen.map(({ usage }) => usage) })
    return [isIdle(subject, app, known), isIdle(subject, proxy, known)]
  }

  it('is the one that is farther from its scale point, and below it by a tenth', () => {
    const app = container('app', `${wants(large) * 2}m`, large)
    // Its scale point is half of its request: 90 % of it and a little more or less.
    const at = (share: number) => container('proxy', `${Math.round((wants(small) * 2) / share)}m`, small)
    expect(idle({ app, proxy: at(0.5) })).toEqual([false, true])
    expect(idle({ app, proxy: at(0.89) })).toEqual([false, true])
    expect(idle({ app, proxy: at(0.91) })).toEqual([false, false])
  })

  it('is found by the target as well as by the request', () => {
    const app = container('app', '1420m', large)
    const proxy = container('proxy', '440m', small)
    expect(idle({ app, proxy })).toEqual([false, false])
    const targets = [both[0], { ...both[1], utilization: 60 }]
    expect(idle({ app, proxy, targets })).toEqual([false, true])
  })

  it('is none when both are as far from it', () => {
    const far = (name: string) => container(name, '4', small)
    expect(idle({ app: far('app'), proxy: far('proxy') })).toEqual([false, false])
  })

  it('is none without another that is nearer', () => {
    const proxy = container('proxy', '4', small)
    const app = container('app', '1420m', large)
    expect(idle({ app, proxy, targets: [both[1]] })).toEqual([false, false])
    expect(idle({ app, proxy, targets: [both[1], both[1]] })).toEqual([false, false])
    expect(idle({ app, proxy, targets: [] })).toEqual([false, false])
  })

  it('is none beside targets of memory, of containers that are not there, and of those not seen', () => {
    const proxy = container('proxy', '4', small)
    const app = container('app', '1420m', large)
    expect(idle({ app, proxy, targets: [{ ...both[0], resource: 'memory' }, both[1]] })).toEqual([
      false,
      false,
    ])
    expect(idle({ app, proxy, targets: [{ ...both[0], container: 'gone' }, both[1]] })).toEqual([
      false,
      false,
    ])
    expect(idle({ app, proxy, seen: [proxy] })).toEqual([false, false])
  })

  it('is farther than one of which too little is known, which counts as at its scale point', () => {
    const proxy = container('proxy', '4', small)
    const none = input({ 'requests.cpu': '9' }, {}, 'app')
    expect(idle({ app: none, proxy })).toEqual([false, true])
    expect(idle({ app: container('app', undefined, large), proxy })).toEqual([false, true])
  })

  it('is not asked for without an autoscaler', () => {
    const app = container('app', '1', small)
    const subject: WorkloadInput = {
      declared: { workload, containers: [app.declared] },
      policy: () => ({ policy: 'Vertical', said: '' }) as never,
    }
    expect(isIdle(subject, app, evidence({}, { containers: [app.usage] }))).toBe(false)
  })
})
