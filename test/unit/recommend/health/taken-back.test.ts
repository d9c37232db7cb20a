import { describe, expect, it } from 'vitest'
import type { Recommendation } from '../../../../plugin/model/recommendation.ts'
import { workload } from '../builders.ts'
import { declaredWith, edit, judged, observed, type Past } from './health-ground.ts'

describe('a value that was taken back', () => {
  const back: Past = {
    'limits.memory': [edit('300Mi', '512Mi', 4, { rules: ['health.killed'] }), edit('512Mi', '300Mi', 6)],
  }
  const now = declaredWith({ 'limits.memory': '512Mi' })
  const lower = (to: number): Recommendation => ({
    workload,
    container: 'app',
    field: 'limits.memory',
    verdict: 'change',
    from: 512 * 1024 ** 2,
    to: to * 1024 ** 2,
    because: [],
    together: 'memory of app',
  })

  it('is not lowered again while its floor holds, and the reason names both commits', () => {
    const { decide, verdicts } = judged(now, observed(), back)
    expect(verdicts).toEqual(['held', 'taken-back'])
    expect(decide([lower(320)])).toMatchObject([
      {
        verdict: 'keep',
        because: [
          {
            rule: 'health.floor',
            text: '300Mi did harm, and 512Mi was restored on 2026-09-13 (commit a1b2c3d4e5). It is not lowered below that for 30 days from then.',
          },
        ],
      },
    ])
    expect(decide([lower(600)])).toMatchObject([{ verdict: 'change' }])
  })

  it('is lowered again after the floor, and after three times as long when that did harm again', () => {
    const restored = (daysAgo: number) => edit('300Mi', '512Mi', daysAgo, { rules: ['health.killed'] })
    const at = (...days: readonly number[]) =>
      judged(now, observed(), { 'limits.memory': days.map(restored) }).decide([lower(320)])[0]?.verdict
    expect(at(31)).toBe('change')
    expect(at(31, 70)).toBe('keep')
  })
})
