import { describe, expect, it } from 'vitest'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import { recorded } from '../../hpa/recorded.ts'
import { ask, container, Mi, reasonsOf, seen, steadyUse, verdicts } from './builders.ts'

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
