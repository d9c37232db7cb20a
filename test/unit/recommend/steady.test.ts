import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredAutoscaler, DeclaredContainer } from '../../../plugin/model/declared.ts'
import type { ContainerUsage, Observation } from '../../../plugin/model/observation.ts'
import type { Change, Recommendation } from '../../../plugin/model/recommendation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import type { SketchScale } from '../../../plugin/model/sketch.ts'
import { addSample, cpuScale, emptySketch, finishSketch, memoryScale } from '../../../plugin/model/sketch.ts'
import { printValue, readValue } from '../../../plugin/model/value.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { recorded } from './recorded.ts'

const Mi = 1024 ** 2
const { profile: _, ...options } = settingsSchema.parse({}).recommend
const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }

const usageOf = (scale: SketchScale, values: readonly number[]) => {
  const buffer = emptySketch()
  for (const value of values) addSample(buffer, scale, value)
  return { sketch: finishSketch(buffer), peak: Math.max(...values), samples: values.length }
}

/** A container that uses a constant amount. */
const steadyUse = (container: string, cpu: number, memory: number, oomKills = 0): ContainerUsage => ({
  container,
  cpu: usageOf(cpuScale, Array(100).fill(cpu)),
  memory: usageOf(memoryScale, Array(100).fill(memory)),
  oomKills,
})

const seen = (containers: readonly ContainerUsage[], more: Partial<Observation> = {}): Observation => ({
  cluster: 'prod',
  workload,
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
  days: 14,
  coverage: 1,
  containers,
  ...more,
})

const container = (
  values: DeclaredContainer['values'],
  name = 'app',
  role: DeclaredContainer['role'] = 'main',
) => ({ name, role, values })

interface Question {
  readonly containers: readonly DeclaredContainer[]
  readonly autoscaler?: DeclaredAutoscaler
  readonly observation?: Observation
  readonly rules?: Parameters<typeof recommend>[2]['rules']
  readonly lastChange?: Parameters<typeof recommend>[2]['lastChange']
  readonly reviewDays?: number
}

function ask({
  containers,
  autoscaler,
  observation,
  rules = [],
  lastChange = () => undefined,
  reviewDays = options.reviewDays,
}: Question): readonly Recommendation[] {
  const declared = { workload, containers, ...(autoscaler === undefined ? {} : { autoscaler }) }
  return recommend(
    { cluster: 'prod', workloads: [declared] },
    observation === undefined ? [] : [observation],
    { options: { ...options, reviewDays }, rules, lastChange },
  )
}

const verdicts = (answer: readonly Recommendation[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    answer.map((one) => [one.field, one.verdict === 'change' ? printValue(one.field, one.to) : one.verdict]),
  )

const reasonsOf = (answer: readonly Recommendation[], field: string): readonly string[] =>
  answer
    .filter((one): one is Change => one.field === field && one.verdict !== 'unsure')
    .flatMap(({ because }) => because.map(({ rule }) => rule))

describe('requests without an autoscaler', () => {
  it('rise at once to what is used, memory with head-room', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '100m', 'requests.memory': '128Mi' })],
      observation: seen([steadyUse('app', 400, 300 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '415m', 'requests.memory': '348Mi' })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price'])
  })

  it('fall by a bounded step, and say so', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '2', 'requests.memory': '4Gi' })],
      observation: seen([steadyUse('app', 100, 100 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '1000m', 'requests.memory': '2880Mi' })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price', 'pace.down'])
  })

  it('stay for a trifle', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '125m', 'requests.memory': '128Mi' })],
      observation: seen([steadyUse('app', 100, 105 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': 'keep' })
  })

  it.each([
    ['too few days', { days: 3 }, /3\.0 were seen/],
    ['too many gaps', { coverage: 0.5 }, /50 % were seen/],
  ])('are not lowered on %s, but still raised', (_name, more, missing) => {
    const lower = ask({
      containers: [container({ 'requests.cpu': '2' })],
      observation: seen([steadyUse('app', 100, Mi)], more),
    })
    expect(lower).toMatchObject([{ verdict: 'unsure', missing: expect.stringMatching(missing) }])
    const raise = ask({
      containers: [container({ 'requests.cpu': '50m' })],
      observation: seen([steadyUse('app', 100, Mi)], more),
    })
    expect(raise).toMatchObject([{ verdict: 'change', from: 50, to: 115 }])
  })

  it('of memory rise above the limit at which a container was killed', () => {
    const values = { 'requests.memory': '200Mi', 'limits.memory': '256Mi' } as const
    const answer = ask({
      containers: [container(values)],
      observation: seen([steadyUse('app', 10, 250 * Mi, 2)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.memory': '356Mi', 'limits.memory': '456Mi' })
    expect(reasonsOf(answer, 'requests.memory')).toContain('memory.oom')
  })

  it('rise, however little, when usage lies above them for more of the time than may be', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '385m' })],
      observation: seen([steadyUse('app', 400, Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '415m' })
  })

  it('fall no lower than was wanted on each of the last three days, when they are looked at daily', () => {
    const frame = { first: 3600, step: 3600, count: 14 * 24 }
    const usage = recorded(
      { cpu: (hour) => (Math.floor(hour / 24) === 9 ? 1500 : 300), memory: () => Mi },
      frame,
    )
    const lowered = (reviewDays: number) =>
      ask({
        containers: [container({ 'requests.cpu': '3' })],
        observation: seen([{ container: 'app', oomKills: 0, ...usage }]),
        reviewDays,
      })
    expect(reasonsOf(lowered(1), 'requests.cpu')).toContain('pace.days')
    expect(verdicts(lowered(1))).toEqual({ 'requests.cpu': '1520m' })
    expect(reasonsOf(lowered(7), 'requests.cpu')).not.toContain('pace.days')
  })

  it('cover the one pod of many that does the work', () => {
    const frame = { first: 3600, step: 3600, count: 14 * 24 }
    const cpu = usageRecorder(cpuScale, frame)
    for (let hour = 0; hour < frame.count; hour += 1)
      for (let pod = 0; pod < 30; pod += 1) cpu.add(hour, pod === 0 ? 900 : 50)
    const usage = cpu.finish()
    const answer = ask({
      containers: [container({ 'requests.cpu': '100m' })],
      observation: seen([{ container: 'app', oomKills: 0, ...(usage && { cpu: usage }) }]),
    })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price', 'cpu.busiest'])
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '900m' })
  })

  it('are never added', () => {
    expect(
      ask({
        containers: [container({ 'limits.memory': '1Gi' })],
        observation: seen([steadyUse('app', 100, 500 * Mi)]),
      }),
    ).toMatchObject([{ field: 'limits.memory', verdict: 'keep' }])
  })
})

describe('what was changed lately', () => {
  const containers = [container({ 'requests.cpu': '2', 'limits.cpu': '4' })]
  const low = seen([steadyUse('app', 100, Mi)])

  it('is not lowered again until the last step has been seen at work, nor is what moves with it', () => {
    const answer = ask({
      containers,
      observation: low,
      lastChange: ({ field }) => (field === 'requests.cpu' ? 2 : undefined),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'limits.cpu': 'keep' })
    expect(reasonsOf(answer, 'requests.cpu')).toContain('pace.wait')
  })

  it('is lowered again after that, and raised at any time', () => {
    const lastChange = () => 14
    expect(verdicts(ask({ containers, observation: low, lastChange }))).toEqual({
      'requests.cpu': '1000m',
      'limits.cpu': '2000m',
    })
    const high = seen([steadyUse('app', 3000, Mi)])
    expect(verdicts(ask({ containers, observation: high, lastChange: () => 1 }))).toMatchObject({
      'requests.cpu': expect.stringMatching(/^3\d\d\dm$/),
    })
  })
})

describe('what is left alone', () => {
  const containers = [container({ 'requests.cpu': '2' })]
  it.each([
    ['nothing was seen', undefined, /nothing was seen/],
    [
      'the workload is unhealthy',
      seen([steadyUse('app', 1, 1)], { unhealthy: 'a rollout is under way' }),
      /rollout is under way/,
    ],
    ['the container was not seen', seen([steadyUse('other', 1, 1)]), /no usage of this container/],
  ])('%s', (_name, observation, missing) => {
    const answer = ask({ containers, ...(observation === undefined ? {} : { observation }) })
    expect(answer).toMatchObject([{ verdict: 'unsure', missing: expect.stringMatching(missing) }])
  })

  it('init containers', () => {
    const init = container({ 'requests.cpu': '2' }, 'app', 'init')
    expect(ask({ containers: [init], observation: seen([steadyUse('app', 1, 1)]) })).toMatchObject([
      { verdict: 'unsure' },
    ])
  })

  it('what a rule switches off; the last rule that matches wins', () => {
    const rules = [
      { match: { workload: 'Deployment/api' }, cpu: 'Off' as const, memory: 'Off' as const },
      { match: { container: 'app' }, memory: 'On' as const },
    ]
    const values = { 'requests.cpu': '2', 'requests.memory': '64Mi' } as const
    const answer = ask({
      containers: [container(values)],
      observation: seen([steadyUse('app', 10, 100 * Mi)]),
      rules,
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '116Mi' })
  })
})

describe('limits', () => {
  it('keep their proportion, and stay above the highest usage when lowered', () => {
    const values = { 'requests.cpu': '1', 'limits.cpu': '2' } as const
    const calm = ask({ containers: [container(values)], observation: seen([steadyUse('app', 100, Mi)]) })
    expect(verdicts(calm)).toEqual({ 'requests.cpu': '500m', 'limits.cpu': '1000m' })
    const burst = { ...steadyUse('app', 100, Mi), cpu: usageOf(cpuScale, [...Array(99).fill(100), 1800]) }
    expect(verdicts(ask({ containers: [container(values)], observation: seen([burst]) }))).toEqual({
      'requests.cpu': '500m',
      'limits.cpu': '1800m',
    })
  })
})

describe('a CPU limit that holds its container back', () => {
  const values = { 'requests.cpu': '500m', 'limits.cpu': '1' } as const
  const heldBack = (share: number, use = 400) => {
    const throttling = [0, 1, 2, 3, 4].map((day) => ({
      day,
      periods: 1000,
      throttled: day < 2 ? 0 : share * 1000,
    }))
    return seen([{ ...steadyUse('app', use, Mi), throttling }])
  }
  const answerTo = (observation: Observation, lastChange: Question['lastChange'] = () => undefined) =>
    ask({ containers: [container(values)], observation, lastChange })

  it('often is raised by a quarter, for what the last days say', () => {
    const answer = answerTo(heldBack(0.4))
    expect(verdicts(answer)).toMatchObject({ 'limits.cpu': '1250m' })
    expect(reasonsOf(answer, 'limits.cpu')).toContain('limit.throttled')
  })

  it('is raised once, until the new one has been seen at work', () => {
    expect(verdicts(answerTo(heldBack(0.4), () => 1))).toMatchObject({ 'limits.cpu': 'keep' })
  })

  it('is not raised beyond four times the busiest slot: a longer lead is no cure for short bursts', () => {
    expect(verdicts(answerTo(heldBack(0.4, 200)))).toMatchObject({ 'limits.cpu': 'keep' })
  })

  it.each([
    [0.1, 'keep'],
    [0.005, '500m'],
  ])(
    'in a share of %d of its periods does not fall with the request when that is more than a hundredth',
    (share, expected) => {
      expect(verdicts(answerTo(heldBack(share, 200)))).toMatchObject({
        'requests.cpu': '250m',
        'limits.cpu': expected === 'keep' ? 'keep' : '500m',
      })
    },
  )
})

describe('Go variables', () => {
  const values = {
    'requests.cpu': '1',
    'limits.cpu': '3',
    'requests.memory': '512Mi',
    'limits.memory': '512Mi',
    'env.GOMAXPROCS': '8',
    'env.GOMEMLIMIT': '500MiB',
  } as const

  it('follow the limits: whole cores, and a share of the memory', () => {
    const answer = ask({
      containers: [container(values)],
      observation: seen([steadyUse('app', 850, 440 * Mi)]),
    })
    expect(verdicts(answer)).toMatchObject({ 'env.GOMAXPROCS': '3', 'env.GOMEMLIMIT': '460MiB' })
  })

  it('a full heap under GOMEMLIMIT is no reason for more memory, an OOM kill is', () => {
    const full = ask({
      containers: [container(values)],
      observation: seen([steadyUse('app', 850, 505 * Mi)]),
    })
    expect(verdicts(full)).toMatchObject({ 'requests.memory': 'keep', 'limits.memory': 'keep' })
    expect(reasonsOf(full, 'requests.memory')).toContain('go.held')
    const killed = ask({
      containers: [container(values)],
      observation: seen([steadyUse('app', 850, 505 * Mi, 1)]),
    })
    expect(verdicts(killed)).toMatchObject({
      'requests.memory': '624Mi',
      'limits.memory': '624Mi',
      'env.GOMEMLIMIT': '561MiB',
    })
  })
})

describe('under an autoscaler', () => {
  const autoscaler = { targets: [{ resource: 'cpu', utilization: 50 }] } as const

  it('request and target move together and the scale point is kept', () => {
    const answer = ask({
      containers: [container({ 'requests.cpu': '1' })],
      autoscaler,
      observation: seen([steadyUse('app', 500, Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '630m', 'hpa.target.cpu': '79' })
  })

  it('moves nothing when one of its containers was not seen', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const answer = ask({ containers: both, autoscaler, observation: seen([steadyUse('app', 100, Mi)]) })
    expect(answer.filter(({ verdict }) => verdict === 'change')).toEqual([])
  })

  it('of memory, the memory request is held', () => {
    const byMemory = { targets: [{ resource: 'memory', utilization: 80 }] } as const
    const answer = ask({
      containers: [container({ 'requests.memory': '1Gi' })],
      autoscaler: byMemory,
      observation: seen([steadyUse('app', 100, 100 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.memory': 'keep' })
  })

  it('ties all containers of the pod to the target, and only the named one where the metric names it', () => {
    const both = [container({ 'requests.cpu': '1' }), container({ 'requests.cpu': '1' }, 'proxy')]
    const observation = seen([steadyUse('app', 500, Mi), steadyUse('proxy', 10, Mi)])
    const groups = (targets: DeclaredAutoscaler['targets']) =>
      ask({ containers: both, autoscaler: { targets }, observation }).flatMap((one) =>
        one.verdict === 'change' ? [one.together] : [],
      )
    expect(new Set(groups([{ resource: 'cpu', utilization: 50 }]))).toEqual(new Set(['cpu']))
    expect(new Set(groups([{ resource: 'cpu', container: 'app', utilization: 50 }]))).toEqual(
      new Set(['cpu of app', 'cpu of proxy']),
    )
  })
})

describe('laws', () => {
  const load = fc.record({
    cpu: fc.integer({ min: 1, max: 4000 }),
    request: fc.integer({ min: 10, max: 8000 }),
    target: fc.integer({ min: 30, max: 90 }),
  })

  it('under constant load, applied again and again, requests settle and then stand still', () => {
    fc.assert(
      fc.property(load, ({ cpu, request }) => {
        let now = request
        const path: number[] = []
        for (let round = 0; round < 40; round++) {
          const [answer] = ask({
            containers: [container({ 'requests.cpu': `${now}m` })],
            observation: seen([steadyUse('app', cpu, Mi)]),
          })
          now = answer?.verdict === 'change' ? answer.to : now
          path.push(now)
        }
        expect(path.at(-1)).toBe(path.at(-10))
        expect(now).toBeGreaterThanOrEqual(cpu)
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('an HPA that holds its pods at the target never ratchets: the scale point drifts by rounding alone', () => {
    fc.assert(
      fc.property(load, ({ request: start, target: first }) => {
        let [request, target] = [Math.max(100, start), first]
        const scalePoint = (request * target) / 100
        for (let round = 0; round < 20; round++) {
          const autoscaler = { targets: [{ resource: 'cpu', utilization: target }] } as const
          const answer = ask({
            containers: [container({ 'requests.cpu': `${request}m` })],
            autoscaler,
            observation: seen([steadyUse('app', scalePoint, Mi)]),
          })
          for (const one of answer) {
            if (one.verdict !== 'change') continue
            if (one.field === 'requests.cpu') request = one.to
            else target = one.to
          }
        }
        expect(Math.abs((request * target) / 100 / scalePoint - 1)).toBeLessThan(0.05)
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('a Go heap that fills whatever GOMEMLIMIT allows does not grow', () => {
    let values: DeclaredContainer['values'] = {
      'requests.memory': '256Mi',
      'limits.memory': '512Mi',
      'env.GOMEMLIMIT': '460MiB',
    }
    for (let round = 0; round < 10; round++) {
      const limit = readValue('env.GOMEMLIMIT', values['env.GOMEMLIMIT'] ?? '') ?? 0
      const answer = ask({
        containers: [container(values)],
        observation: seen([steadyUse('app', 10, limit)]),
      })
      values = Object.fromEntries(
        answer.map((one) => [
          one.field,
          one.verdict === 'change' ? printValue(one.field, one.to) : values[one.field as keyof typeof values],
        ]),
      )
    }
    expect(values).toEqual({
      'requests.memory': '256Mi',
      'limits.memory': '512Mi',
      'env.GOMEMLIMIT': '460MiB',
    })
  })

  it('more usage never asks for less', () => {
    const wants = (cpu: number, memory: number) =>
      ask({
        containers: [container({ 'requests.cpu': '500m', 'requests.memory': '512Mi' })],
        observation: seen([steadyUse('app', cpu, memory)]),
      }).map((one) => (one.verdict === 'change' ? one.to : one.verdict === 'keep' ? one.from : 0))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 0, max: 4000 }), (less, more) => {
        const [low, high] = [wants(less, less * Mi), wants(less + more, (less + more) * Mi)]
        low.forEach((value, index) => {
          expect(high[index]).toBeGreaterThanOrEqual(value)
        })
      }),
      { seed: 11, numRuns: 300 },
    )
  })
})
