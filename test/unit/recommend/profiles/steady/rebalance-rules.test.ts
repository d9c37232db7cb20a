import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import { bucketStart, cpuScale } from '../../../../../plugin/model/sketch.ts'
import {
  isIdle,
  needsRebalancing,
  splitByDemand,
} from '../../../../../plugin/recommend/profiles/steady/rebalance.ts'
import { roundCpu } from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import type { ContainerInput, WorkloadInput } from '../../../../../plugin/recommend/workload-input.ts'
import { workload } from '../../builders.ts'
import { containerInput, cpuBucket, evidence, inBucket } from './rule-builders.ts'

const split = (from: readonly number[], wanted: readonly number[], largestDecrease = 50) => ({
  from,
  wanted,
  largestDecrease,
})

describe('splitting a pod request', () => {
  it.each<[string, number, ReturnType<typeof split>, readonly number[]]>([
    ['gives each container its need', 1000, split([500, 500], [700, 300]), [700, 300]],
    ['keeps the proportions when there is more', 2000, split([500, 500], [700, 300]), [1400, 600]],
    ['keeps the proportions when there is less', 500, split([200, 300], [200, 800]), [200, 400]],
    ['gives everything to a single container', 640, split([1000], [400]), [640]],
    [
      'lowers a container by at most one step and gives the others the rest',
      1000,
      split([500, 500], [950, 50]),
      [750, 250],
    ],
    ['gives the others their need within the total of today', 700, split([500, 500], [600, 100]), [600, 250]],
    ['never exceeds the total of today then', 700, split([500, 500], [900, 100]), [750, 250]],
    ['lowers no container when no decrease is allowed', 1000, split([500, 500], [700, 300], 0), [500, 500]],
    ['lowers none below both its request and its need', 600, split([300, 300], [300, 900]), [300, 450]],
    ['splits evenly between containers that need nothing', 100, split([100, 100], [0, 0]), [50, 50]],
    ['rounds up', 1001, split([500, 500], [501, 500]), [510, 500]],
  ])('%s', (_name, total, given, shares) => {
    expect(splitByDemand(total, given)).toEqual(shares)
  })
})

describe('rebalancing', () => {
  const unequal = (from: readonly number[], wanted: readonly number[], changed = {}) =>
    needsRebalancing(split(from, wanted), evidence(changed))

  it.each<[string, readonly number[], readonly number[], boolean]>([
    ['one needs more and the pod has enough', [500, 500], [700, 300], true],
    ['the pod as a whole is short', [500, 500], [700, 301], false],
    ['one needs less than the smallest change more', [500, 500], [549, 100], false],
    ['one needs the smallest change more', [500, 500], [550, 100], true],
    ['one needs 9m more', [50, 500], [59, 100], false],
    ['one needs 10m more', [50, 500], [60, 100], true],
    ['none needs more', [500, 500], [500, 100], false],
    ['the second needs more', [500, 500], [100, 600], true],
    ['one without a request needs some', [0, 500], [10, 100], true],
  ])('is decided by the needs: %s', (_name, from, wanted, answer) => {
    expect(unequal(from, wanted)).toBe(answer)
  })

  it('respects `minimumChange`', () => {
    expect(unequal([500, 500], [599, 100], { minimumChange: 20 })).toBe(false)
    expect(unequal([500, 500], [600, 100], { minimumChange: 20 })).toBe(true)
  })
})

describe('an idle container', () => {
  /** Buckets whose upper ends are 220 and 710 millicores. */
  const [small, large] = [14, 30]
  const wants = (bucket: number) => roundCpu(bucketStart(cpuScale, cpuBucket(bucket) + 1))
  const container = (name: string, request: string | undefined, bucket: number): ContainerInput =>
    containerInput(request === undefined ? {} : { 'requests.cpu': request }, { cpu: inBucket(bucket) }, name)

  interface Pod {
    readonly app: ContainerInput
    readonly proxy: ContainerInput
    readonly targets?: DeclaredAutoscaler['targets']
    readonly observed?: readonly ContainerInput[]
  }
  const both = [
    { resource: 'cpu', container: 'app', utilization: 50 },
    { resource: 'cpu', container: 'proxy', utilization: 50 },
  ] as const

  function idle({ app, proxy, targets = both, observed = [app, proxy] }: Pod): readonly boolean[] {
    const subject: WorkloadInput = {
      declared: { workload, containers: [app.declared, proxy.declared], autoscaler: { targets } },
      policy: () => ({ policy: 'Vertical', said: '' }) as never,
    }
    const known = evidence({}, { containers: observed.map(({ usage }) => usage) })
    return [isIdle(subject, app, known), isIdle(subject, proxy, known)]
  }

  it('is the one further below its scale point, by more than 10 %', () => {
    const app = container('app', `${wants(large) * 2}m`, large)
    // The scale point is half of the request; the need is this share of it.
    const at = (share: number) => container('proxy', `${Math.round((wants(small) * 2) / share)}m`, small)
    expect(idle({ app, proxy: at(0.5) })).toEqual([false, true])
    expect(idle({ app, proxy: at(0.89) })).toEqual([false, true])
    expect(idle({ app, proxy: at(0.91) })).toEqual([false, false])
  })

  it('depends on the target as well as on the request', () => {
    const app = container('app', '1420m', large)
    const proxy = container('proxy', '440m', small)
    expect(idle({ app, proxy })).toEqual([false, false])
    const targets = [both[0], { ...both[1], utilization: 60 }]
    expect(idle({ app, proxy, targets })).toEqual([false, true])
  })

  it('is neither when both are equally far below', () => {
    const far = (name: string) => container(name, '4', small)
    expect(idle({ app: far('app'), proxy: far('proxy') })).toEqual([false, false])
  })

  it('is neither without another that is closer', () => {
    const proxy = container('proxy', '4', small)
    const app = container('app', '1420m', large)
    expect(idle({ app, proxy, targets: [both[1]] })).toEqual([false, false])
    expect(idle({ app, proxy, targets: [both[1], both[1]] })).toEqual([false, false])
    expect(idle({ app, proxy, targets: [] })).toEqual([false, false])
  })

  it('is neither next to a memory target, an unknown container, or one without usage', () => {
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
    expect(idle({ app, proxy, observed: [proxy] })).toEqual([false, false])
  })

  it('is compared with a container of unknown need as if that were at its scale point', () => {
    const proxy = container('proxy', '4', small)
    const none = containerInput({ 'requests.cpu': '9' }, {}, 'app')
    expect(idle({ app: none, proxy })).toEqual([false, true])
    expect(idle({ app: container('app', undefined, large), proxy })).toEqual([false, true])
  })

  it('does not exist without an HPA', () => {
    const app = container('app', '1', small)
    const subject: WorkloadInput = {
      declared: { workload, containers: [app.declared] },
      policy: () => ({ policy: 'Vertical', said: '' }) as never,
    }
    expect(isIdle(subject, app, evidence({}, { containers: [app.usage] }))).toBe(false)
  })
})
