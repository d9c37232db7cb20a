import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseDialect } from '../../../../plugin/observe/prometheus/probe.ts'
import { chunksOf, queriesFor, slotsOf, timingFor } from '../../../../plugin/observe/prometheus/queries.ts'

describe('slots and chunks', () => {
  it('keeps the length of a window that does not start at a step', () => {
    const from = new Date('2026-09-01T10:01:30Z')
    const slots = slotsOf({ from, to: new Date(from.getTime() + 14 * 86_400_000) }, 300)
    expect(slots).toMatchObject({ count: 14 * 288, step: 300 })
    expect(slots.first % 300).toBe(0)
  })

  it('covers every slot once, within a day and 11,000 points', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000_000),
        fc.integer({ min: 0, max: 2_000_000 }),
        fc.constantFrom(5, 15, 60, 300, 420, 100_000),
        (begin, length, step) => {
          const slots = slotsOf({ from: new Date(begin * 1000), to: new Date((begin + length) * 1000) }, step)
          const chunks = chunksOf(slots)
          expect(chunks.reduce((sum, { seconds }) => sum + seconds / step, 0)).toBe(slots.count)
          let next = slots.first
          for (const { start, end, seconds } of chunks) {
            expect(start).toBe(next)
            // Frontends that split and cache responses need times on multiples of the step.
            expect(start % step).toBe(0)
            expect(seconds).toBe(end - start + step)
            expect((end - start) / step + 1).toBeLessThanOrEqual(11_000)
            expect(step > 86_400 || Math.ceil(start / 86_400) === Math.ceil(end / 86_400)).toBe(true)
            next = end + step
          }
        },
      ),
      { seed: 2, numRuns: 300 },
    )
  })

  it('queries usage in a form that stores and shards can compute by themselves: maxima of plain series', () => {
    const { cpu, memory } = queriesFor({}, { step: 300, rateSeconds: 300 }, chooseDialect([]).dialect)
    expect([cpu, memory]).toEqual([
      'max by (namespace,pod,container) (rate(container_cpu_usage_seconds_total{container!="",container!="POD"}[300s]))',
      'max by (namespace,pod,container) (max_over_time(container_memory_working_set_bytes{container!="",container!="POD"}[299999ms]))',
    ])
  })

  it('puts labels and namespaces into every selector, quoted', () => {
    const queries = queriesFor(
      { labels: { cluster: 'a"b' }, namespaces: ['shop', 'a.b'] },
      { step: 300, rateSeconds: 300 },
      chooseDialect([]).dialect,
    )
    const texts = Object.values(queries).map((query) => (typeof query === 'string' ? query : query(86_400)))
    for (const text of texts) {
      const selectors = text.match(/\w+\{[^}]*\}/g) ?? []
      expect(selectors.length).toBeGreaterThan(0)
      for (const selector of selectors) {
        expect(selector).toContain('cluster="a\\"b",namespace=~"shop|a\\\\.b"')
      }
    }
  })

  it.each([
    [300, 15, { step: 300, rateSeconds: 300 }],
    [300, 60, { step: 300, rateSeconds: 300 }],
    [300, 300, { step: 300, rateSeconds: 600 }],
    [60, 120, { step: 120, rateSeconds: 300 }],
  ])('a step of %d s over scrapes every %d s becomes %o', (step, scrape, timing) => {
    expect(timingFor(step, scrape)).toEqual(timing)
  })
})
