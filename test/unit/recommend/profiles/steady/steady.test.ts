import { describe, expect, it } from 'vitest'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import {
  constantUsage,
  container,
  Mi,
  observationOf,
  reasonsOf,
  recommendFor,
  usageOf,
  verdicts,
} from './builders.ts'

describe('requests without an autoscaler', () => {
  it('rise at once to the usage, memory with headroom', () => {
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '100m', 'requests.memory': '128Mi' })],
      observation: observationOf([constantUsage('app', 400, 300 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '415m', 'requests.memory': '348Mi' })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price'])
  })

  it('fall by a bounded step, and the reasons say so', () => {
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '2', 'requests.memory': '4Gi' })],
      observation: observationOf([constantUsage('app', 100, 100 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '1000m', 'requests.memory': '2880Mi' })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price', 'step.down'])
  })

  it('stay when the change is small', () => {
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '125m', 'requests.memory': '128Mi' })],
      observation: observationOf([constantUsage('app', 110, 105 * Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': 'keep' })
  })

  it.each([
    ['too few days', { days: 3 }, /this container has 3\.0/],
    ['too many gaps', { coverage: 0.5 }, /this container has them for 50 %/],
  ])('are not lowered on %s, but still raised', (_name, more, missing) => {
    const lower = recommendFor({
      containers: [container({ 'requests.cpu': '2' })],
      observation: observationOf([constantUsage('app', 110, Mi)], more),
    })
    expect(lower).toMatchObject([{ verdict: 'unsure', missing: expect.stringMatching(missing) }])
    const raise = recommendFor({
      containers: [container({ 'requests.cpu': '50m' })],
      observation: observationOf([constantUsage('app', 110, Mi)], more),
    })
    expect(raise).toMatchObject([{ verdict: 'change', from: 50, to: 115 }])
  })

  it('of memory rise above the limit at which a container was killed', () => {
    const values = { 'requests.memory': '200Mi', 'limits.memory': '256Mi' } as const
    const answer = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 10, 250 * Mi, 2)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.memory': '356Mi', 'limits.memory': '356Mi' })
    expect(reasonsOf(answer, 'requests.memory')).toContain('memory.oom')
  })

  it('rise even by a little when usage is above them for longer than allowed', () => {
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '385m' })],
      observation: observationOf([constantUsage('app', 400, Mi)]),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '415m' })
  })

  it('cover the busiest pod when one of many does the work', () => {
    const frame = { first: 3600, step: 3600, count: 14 * 24 }
    const cpu = usageRecorder(cpuScale, frame)
    for (let hour = 0; hour < frame.count; hour += 1)
      for (let pod = 0; pod < 30; pod += 1) cpu.add(hour, pod === 0 ? 900 : 50)
    const usage = cpu.finish()
    const answer = recommendFor({
      containers: [container({ 'requests.cpu': '100m' })],
      observation: observationOf([{ container: 'app', oomKills: 0, ...(usage && { cpu: usage }) }]),
    })
    expect(reasonsOf(answer, 'requests.cpu')).toEqual(['cpu.price', 'cpu.busiest'])
    expect(verdicts(answer)).toEqual({ 'requests.cpu': '900m' })
  })

  it('are never added', () => {
    expect(
      recommendFor({
        containers: [container({ 'limits.memory': '1Gi' })],
        observation: observationOf([constantUsage('app', 100, 500 * Mi)]),
      }),
    ).toMatchObject([{ field: 'limits.memory', verdict: 'keep' }])
  })
})

describe('a value that was changed recently', () => {
  const containers = [container({ 'requests.cpu': '2', 'limits.cpu': '4' })]
  const low = observationOf([constantUsage('app', 100, Mi)])

  it('is not lowered again before the last step shows its effect, nor is its change group', () => {
    const answer = recommendFor({
      containers,
      observation: low,
      lastChange: ({ field }) => (field === 'requests.cpu' ? 2 : undefined),
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'limits.cpu': 'keep' })
    expect(reasonsOf(answer, 'requests.cpu')).toContain('step.wait')
  })

  it('is lowered again after that, and raised at any time', () => {
    const lastChange = () => 14
    expect(verdicts(recommendFor({ containers, observation: low, lastChange }))).toEqual({
      'requests.cpu': '1000m',
      'limits.cpu': 'keep',
    })
    const high = observationOf([constantUsage('app', 3000, Mi)])
    expect(verdicts(recommendFor({ containers, observation: high, lastChange: () => 1 }))).toMatchObject({
      'requests.cpu': expect.stringMatching(/^3\d\d\dm$/),
    })
  })
})

describe('skipped', () => {
  const containers = [container({ 'requests.cpu': '2' })]
  it.each([
    ['a workload without usage', undefined, /^No usage found for this workload/],
    [
      'an unhealthy workload',
      observationOf([constantUsage('app', 1, 1)], { unhealthy: 'a rollout is in progress' }),
      /rollout is in progress/,
    ],
    [
      'a container without usage',
      observationOf([constantUsage('other', 1, 1)]),
      /^No usage found for this container/,
    ],
  ])('%s', (_name, observation, missing) => {
    const answer = recommendFor({ containers, ...(observation === undefined ? {} : { observation }) })
    expect(answer).toMatchObject([{ verdict: 'unsure', missing: expect.stringMatching(missing) }])
  })

  it('init containers', () => {
    const init = container({ 'requests.cpu': '2' }, 'app', 'init')
    expect(
      recommendFor({ containers: [init], observation: observationOf([constantUsage('app', 1, 1)]) }),
    ).toMatchObject([{ verdict: 'unsure' }])
  })

  it('a resource that a rule turns off; the last matching rule wins', () => {
    const rules = [
      { match: { workload: 'Deployment/api' }, cpu: 'Off' as const, memory: 'Off' as const },
      { match: { container: 'app' }, memory: 'On' as const },
    ]
    const values = { 'requests.cpu': '2', 'requests.memory': '64Mi' } as const
    const answer = recommendFor({
      containers: [container(values)],
      observation: observationOf([constantUsage('app', 10, 100 * Mi)]),
      rules,
    })
    expect(verdicts(answer)).toEqual({ 'requests.cpu': 'keep', 'requests.memory': '116Mi' })
  })
})

describe('a crash loop of OOM kills', () => {
  const values = { 'requests.cpu': '1', 'requests.memory': '256Mi', 'limits.memory': '256Mi' } as const
  const unhealthy = 'container app is in CrashLoopBackOff'
  const containers = [container(values), container({ 'requests.memory': '1Gi' }, 'proxy')]

  it('is answered by more memory for the killed container, and by nothing else', () => {
    const usage = [constantUsage('app', 100, 250 * Mi, 9), constantUsage('proxy', 10, 50 * Mi)]
    const answer = recommendFor({ containers, observation: observationOf(usage, { unhealthy }) })
    const shown = answer.map((one) => [
      one.container,
      one.field,
      one.verdict === 'change' ? one.to / Mi : one.verdict,
    ])
    expect(shown).toEqual([
      ['app', 'requests.cpu', 'unsure'],
      ['app', 'requests.memory', 356],
      ['app', 'limits.memory', 356],
      ['proxy', 'requests.memory', 'unsure'],
    ])
  })

  it('of another kind is skipped', () => {
    const usage = [constantUsage('app', 100, 250 * Mi), constantUsage('proxy', 10, 50 * Mi)]
    const answer = recommendFor({ containers, observation: observationOf(usage, { unhealthy }) })
    expect(new Set(answer.map(({ verdict }) => verdict))).toEqual(new Set(['unsure']))
  })
})

describe('a container with limits and no requests', () => {
  const declared = (values: Readonly<Record<string, string>>) => ({
    ...container({ ...values, 'requests.cpu': '4', 'requests.memory': '512Mi' }),
    implied: ['requests.cpu', 'requests.memory'] as const,
  })
  const limits = { 'limits.cpu': '4', 'limits.memory': '512Mi' }

  it('is sized by its limits, which are also its requests', () => {
    const answer = recommendFor({
      containers: [declared(limits)],
      observation: observationOf([constantUsage('app', 120, 500 * Mi, 30)]),
    })
    expect(verdicts(answer)).toEqual({ 'limits.cpu': '2000m', 'limits.memory': '624Mi' })
  })
})

describe('a Guaranteed pod', () => {
  it('stays one: requests follow limits that the peak keeps up', () => {
    const values = {
      'requests.cpu': '2',
      'limits.cpu': '2',
      'requests.memory': '1Gi',
      'limits.memory': '1Gi',
    } as const
    const cpu = usageOf(cpuScale, [...Array(99).fill(100), 1400])
    const answer = recommendFor({
      containers: [container(values)],
      observation: observationOf([{ ...constantUsage('app', 100, 100 * Mi), cpu }]),
    })
    expect(verdicts(answer)).toEqual({
      'requests.cpu': '1400m',
      'limits.cpu': '1400m',
      'requests.memory': '720Mi',
      'limits.memory': '720Mi',
    })
    expect(reasonsOf(answer, 'requests.cpu')).toContain('limit.equal')
  })
})
