import { describe, expect, it } from 'vitest'
import type { Recommendation } from '../../../../plugin/model/recommendation.ts'
import { workload } from '../builders.ts'
import { declaredWith, edit, end, judged, killed, observed, type Past } from './health-ground.ts'

const lowered: Past = {
  'requests.memory': [edit('512Mi', '300Mi', 2)],
  'limits.memory': [edit('512Mi', '300Mi', 2)],
}
const small = declaredWith({ 'requests.memory': '300Mi', 'limits.memory': '300Mi' })

describe('a change after which containers are killed', () => {
  it('is taken back, with all values that its commit changed beside it', () => {
    const { verdicts, decide } = judged(small, observed({ more: killed([40, 20, 10]) }), lowered)
    expect(verdicts).toEqual(['hurt', 'hurt'])
    const changes = decide()
    expect(changes).toMatchObject([
      {
        verdict: 'change',
        from: 300 * 1024 ** 2,
        to: 512 * 1024 ** 2,
        together: 'taken back: memory of app',
      },
      {
        verdict: 'change',
        from: 300 * 1024 ** 2,
        to: 512 * 1024 ** 2,
        together: 'taken back: memory of app',
      },
    ])
    expect(changes[0]).toMatchObject({
      because: [
        {
          rule: 'health.killed',
          text: 'Tortoise changed it from 512Mi to 300Mi on 2026-09-13 (commit a1b2c3d4e5). Since then, app was OOM-killed 3 times in 2 days (0 in the same hours before). The earlier value is restored, and not lowered again for 30 days.',
        },
      ],
    })
  })

  it('goes further than back where the rules want more', () => {
    const { decide } = judged(small, observed({ more: killed([10]) }), lowered)
    const raise = (field: 'requests.memory' | 'limits.memory'): Recommendation => ({
      workload,
      container: 'app',
      field,
      verdict: 'change',
      from: 300 * 1024 ** 2,
      to: 700 * 1024 ** 2,
      because: [{ rule: 'memory.oom', text: 'Killed.' }],
      together: 'memory of app',
    })
    const [first] = decide([raise('requests.memory'), raise('limits.memory')])
    expect(first).toMatchObject({
      to: 700 * 1024 ** 2,
      because: [{ rule: 'health.killed' }, { rule: 'memory.oom' }],
    })
  })

  it.each([
    [
      'when as many were killed in the same hours of the week before',
      killed([20 + 168, 20]),
      ['open', 'open'],
    ],
    ['when it was killed before the rollout', killed([48]), ['open', 'open']],
    ['when nothing was killed', {}, ['open', 'open']],
  ])('stays %s', (_, more, verdicts) => {
    const result = judged(small, observed({ more }), lowered)
    expect(result.verdicts).toEqual(verdicts)
    expect(result.decide().every(({ verdict }) => verdict === 'keep')).toBe(true)
  })

  it('stays when it raised the value', () => {
    const raised: Past = { 'limits.memory': [edit('200Mi', '300Mi', 2)] }
    expect(judged(small, observed({ more: killed([10]) }), raised).verdicts).toEqual(['open'])
  })

  it('stays when somebody has set another value since', () => {
    const other = declaredWith({ 'requests.memory': '300Mi', 'limits.memory': '1Gi' })
    const { verdicts, decide } = judged(other, observed({ more: killed([10]) }), {
      'limits.memory': lowered['limits.memory'] ?? [],
    })
    expect(verdicts).toEqual(['replaced'])
    expect(decide()).toMatchObject([{ verdict: 'keep' }])
  })

  it('stays when a fifth of the other workloads are killed in the same hours: nobody is blamed for an incident', () => {
    const others = Array.from({ length: 6 }, (_, nth) => ({
      ...observed(nth < 3 ? { more: killed([20]) } : {}),
      workload: { ...workload, name: `other-${nth}` },
    }))
    const { verdicts, followed, decide } = judged(small, observed({ more: killed([20]) }), lowered, others)
    expect(verdicts).toEqual(['unclear', 'unclear'])
    expect(followed[0]?.figures.at(-1)).toBe(
      '3 of 6 other workloads of the cluster were killed or taken down in the same hours',
    )
    expect(decide().every(({ verdict }) => verdict === 'keep')).toBe(true)
    const elsewhere = others.map((one) => ({ ...one, cluster: 'staging' }))
    expect(judged(small, observed({ more: killed([20]) }), lowered, elsewhere).verdicts).toEqual([
      'hurt',
      'hurt',
    ])
  })

  it('stays held as long as its days are in the window, although the days before are not any more', () => {
    const daily = Array.from({ length: 14 }, (_, day) => 12 + day * 24)
    for (const daysAgo of [5, 8, 10, 11, 12, 13, 13.9]) {
      const old: Past = { 'limits.memory': [edit('512Mi', '300Mi', daysAgo)] }
      expect(judged(small, observed({ more: killed(daily) }), old).verdicts, `${daysAgo} days`).toEqual([
        'held',
      ])
    }
  })

  it.each(['emergency.over', 'event.over', 'rollout.stuck', 'health.killed'])(
    'stays when it restored an earlier value itself (%s)',
    (rule) => {
      const restored: Past = { 'limits.memory': [edit('512Mi', '300Mi', 2, { rules: [rule] })] }
      expect(judged(small, observed({ more: killed([10]) }), restored).verdicts).toEqual(['open'])
    },
  )

  it('is held when its days are over', () => {
    const old: Past = {
      'requests.memory': [edit('512Mi', '300Mi', 5)],
      'limits.memory': [edit('512Mi', '300Mi', 5)],
    }
    const { followed, verdicts } = judged(small, observed({ more: killed([4]) }), old)
    expect(verdicts).toEqual(['held', 'held'])
    expect(followed[0]?.figures).toEqual(['0 OOM kills'])
  })
})

describe('a change of CPU', () => {
  const rises = (hours: number) => (hours >= 12 * 24 ? 180 : 160)

  it('is taken back when usage is above the request for longer, and usage hardly rose', () => {
    const past: Past = { 'requests.cpu': [edit('250m', '150m', 2)] }
    const declared = declaredWith({ 'requests.cpu': '150m' })
    const { followed, decide } = judged(declared, observed({ cpu: rises }), past)
    expect(followed[0]?.signs).toMatchObject([
      {
        rule: 'health.short',
        text: 'CPU of app is above its request for 100 % of the time (0 % in the same hours before)',
      },
    ])
    expect(decide()).toMatchObject([{ verdict: 'change', from: 150, to: 250 }])
  })

  it('stays when usage itself rose: then the rules size it', () => {
    const past: Past = { 'requests.cpu': [edit('250m', '150m', 2)] }
    const doubled = (hours: number) => (hours >= 12 * 24 ? 200 : 100)
    expect(
      judged(declaredWith({ 'requests.cpu': '150m' }), observed({ cpu: doubled }), past).verdicts,
    ).toEqual(['open'])
  })

  it('is taken back when a lower limit throttles', () => {
    const day = Math.floor(end / 86_400)
    const throttling = Array.from({ length: 13 }, (_, nth) => ({
      day: day - 13 + nth,
      periods: 1000,
      throttled: nth >= 11 ? 120 : 10,
    }))
    const past: Past = { 'limits.cpu': [edit('1', '500m', 2.9)] }
    const { followed } = judged(
      declaredWith({ 'limits.cpu': '500m' }),
      observed({ more: { throttling } }),
      past,
    )
    expect(followed[0]).toMatchObject({
      verdict: 'hurt',
      signs: [
        {
          rule: 'health.throttled',
          text: 'app is throttled in 12 % of its CPU periods (1 % on the same days before)',
        },
      ],
    })
  })

  it('stays when a pod is not ready at the moment of the run: pods start, and nodes end', () => {
    const past: Past = { 'limits.cpu': [edit('1', '200m', 1)] }
    const starting = observed({ about: { unhealthy: '1 of 6 pods are not ready' } })
    expect(judged(declaredWith({ 'limits.cpu': '200m' }), starting, past).verdicts).toEqual(['open'])
  })

  it('is taken back when pods crash since', () => {
    const past: Past = { 'limits.cpu': [edit('1', '200m', 1)] }
    const crashing = observed({ about: { unhealthy: 'container app is in CrashLoopBackOff' } })
    const { followed } = judged(declaredWith({ 'limits.cpu': '200m' }), crashing, past)
    expect(followed[0]).toMatchObject({ verdict: 'hurt', signs: [{ rule: 'health.down' }] })
  })
})
