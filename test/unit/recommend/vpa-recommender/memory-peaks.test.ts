import { describe, expect, it } from 'vitest'
import {
  addOom,
  addPeak,
  forgottenAfterHours,
  needAfterOom,
} from '../../../../plugin/recommend/vpa-recommender/memory-peaks.ts'
import { mb } from './vectors.ts'

describe('VPA memory peaks', () => {
  it('33: one peak per window', () => {
    const first = addPeak(undefined, 0, 5)
    const higher = addPeak(first.window, 1, 10)
    const next = addPeak(higher.window, 25, 2)
    const changes = [first, higher, next].map(({ changes }) =>
      changes.map(({ kind, bytes }) => `${kind} ${bytes}`),
    )
    expect(changes).toEqual([['add 5'], ['subtract 5', 'add 10'], ['add 2']])
    expect(next.window.end).toBeGreaterThan(higher.window.end)
  })

  it('34: samples out of order and negative samples are rejected', () => {
    const { window } = addPeak(undefined, 0, 5)
    expect([addPeak(window, 0, 6).accepted, addPeak(window, 1, -1).accepted]).toEqual([false, false])
  })

  it.each([
    [35, 1000, 1200],
    [36, 1, 101],
  ])('%i: OOM at %i mb', (_, request, expected) => {
    const { changes } = addOom(undefined, 0, request * mb)
    expect(changes.at(-1)?.bytes).toBe(expected * mb)
    expect(needAfterOom(request * mb, 0)).toBe(expected * mb)
  })

  it('37: a peak above the request counts', () => {
    const { window } = addPeak(undefined, 0, 3000 * mb)
    expect(addOom(window, 1, 1000 * mb).changes.map(({ bytes }) => bytes / mb)).toEqual([3000, 3600])
  })

  it('38: only a higher OOM kill replaces one', () => {
    let window = addOom(undefined, 0, 1000 * mb).window
    const changes = [999, 999, 2000].map((request) => {
      const step = addOom(window, 0.1, request * mb)
      window = step.window
      return step.changes.map(({ bytes }) => bytes / mb)
    })
    expect(changes).toEqual([[], [], [1200, 2400]])
  })

  it('39: an old OOM kill is rejected', () => {
    const { window } = addPeak(undefined, 40, 1000 * mb)
    expect(addOom(window, 10, 1000 * mb)).toMatchObject({ accepted: false, changes: [], window })
  })

  it('40, 41: an OOM kill in a later window, and just before a sample that opened one', () => {
    const { window } = addPeak(undefined, 0, 2000 * mb)
    const later = addOom(window, 48, 1000 * mb)
    expect(later.changes).toEqual([{ kind: 'add', bytes: 2400 * mb, hour: 72 }])
    const opened = addPeak(window, 30, 2000 * mb)
    expect(addOom(opened.window, 30 - 1 / 3600, 1000 * mb).changes.at(-1)?.bytes).toBe(2400 * mb)
  })

  it('42: a container is forgotten after eight days', () => {
    expect([7 * 24 < forgottenAfterHours, 8 * 24 < forgottenAfterHours]).toEqual([true, false])
  })
})
