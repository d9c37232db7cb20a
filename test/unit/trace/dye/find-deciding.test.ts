import { describe, expect, it } from 'vitest'
import type { Candidate } from '../../../../plugin/trace/dye/candidate.ts'
import { findDeciding } from '../../../../plugin/trace/dye/find-deciding.ts'

const candidate = (text: string): Candidate => ({ text }) as Candidate
const numbered = (count: number): readonly Candidate[] =>
  Array.from({ length: count }, (_, index) => candidate(String(index)))

/** Searches fields that change with the candidates of the numbers given. */
async function search(fields: Readonly<Record<string, readonly number[]>>, candidates: readonly Candidate[]) {
  const rendered: string[][] = []
  const found = await findDeciding(Object.keys(fields), candidates, async (some) => {
    const texts = some.map(({ text }) => text)
    rendered.push(texts)
    const changed = Object.entries(fields).filter(([, by]) => by.some((one) => texts.includes(String(one))))
    return new Set(changed.map(([field]) => field))
  })
  return { rendered, found: Object.fromEntries([...found].map(([field, { text }]) => [field, Number(text)])) }
}

describe('the candidate that decides a computed field', () => {
  it.each([1, 2, 3, 4, 7, 8, 9, 33])('is found among %d, whichever it is', async (count) => {
    for (let which = 0; which < count; which += 1) {
      const { found } = await search({ a: [which] }, numbered(count))
      expect(found).toEqual({ a: which })
    }
  })

  it('is found for many fields at once, with one rendering for each bit and one for each answer', async () => {
    const { found, rendered } = await search({ a: [0], b: [6], c: [6], d: [3] }, numbered(7))
    expect(found).toEqual({ a: 0, b: 6, c: 6, d: 3 })
    expect(rendered).toEqual([
      ['0', '2', '4', '6'],
      ['1', '2', '5', '6'],
      ['3', '4', '5', '6'],
      ['0'],
      ['6'],
      ['3'],
    ])
  })

  it('is none for a field that no candidate changes, or that two change', async () => {
    // The numbers 1 and 2 are 3 together, which is the number of the third.
    const { found, rendered } = await search({ a: [], b: [0, 1], c: [2] }, numbered(3))
    expect(found).toEqual({ c: 2 })
    expect(rendered).toEqual([['0', '2'], ['1', '2'], ['2']])
  })

  it('is none where two make a number that no candidate has', async () => {
    expect((await search({ a: [1, 3] }, numbered(5))).found).toEqual({})
  })

  it('is none without fields or candidates', async () => {
    expect(await search({}, numbered(1))).toEqual({ found: {}, rendered: [['0']] })
    expect(await search({ a: [0] }, [])).toEqual({ found: {}, rendered: [] })
  })

  it('is none when a rendering fails', async () => {
    let renderings = 0
    const fields = ['a']
    const failAt = (nth: number) =>
      findDeciding(fields, numbered(3), async (some) => {
        renderings += 1
        if (renderings === nth) return undefined
        return new Set(some.some(({ text }) => text === '2') ? fields : [])
      })
    expect([...(await failAt(1))]).toEqual([])
    expect(renderings).toBe(1)
    renderings = 0
    expect([...(await failAt(2))]).toEqual([])
    expect(renderings).toBe(2)
    renderings = 0
    expect([...(await failAt(3))]).toEqual([])
    renderings = 0
    expect([...(await failAt(9))].map(([field]) => field)).toEqual(['a'])
  })

  it('keeps a field out of the answer that changes of itself', async () => {
    let count = 0
    const found = await findDeciding(['a'], numbered(1), async () => {
      count += 1
      return new Set(count === 1 ? ['a'] : [])
    })
    expect([...found]).toEqual([])
  })
})
