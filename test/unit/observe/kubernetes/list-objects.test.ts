import { expect, it } from 'vitest'
import { type Get, listObjects } from '../../../../plugin/observe/kubernetes/list-objects.ts'

const pod = (name: string) => ({ metadata: { namespace: 'shop', name } })
const answering = (answer: (asked: number) => unknown): Get => {
  let asked = 0
  return async () => {
    asked += 1
    return { status: 200, text: JSON.stringify(answer(asked)) }
  }
}
const list = (get: Get, each = (_: unknown): void => undefined) =>
  listObjects(get, { server: 'https://api', path: '/api/v1/pods', detail: 'whole', pageSize: 500, each })

it('reads page by page until the list ends', async () => {
  const seen: unknown[] = []
  const get = answering((asked) => ({
    metadata: asked < 3 ? { continue: `p${asked}` } : {},
    items: [pod(`p${asked}`)],
  }))
  expect(await list(get, (item) => seen.push(item))).toBe('listed')
  expect(seen).toHaveLength(3)
})

it.each([
  [
    'goes on for ever without objects',
    (asked: number) => ({ metadata: { continue: `p${asked}` }, items: [] }),
  ],
  ['comes back to a page', () => ({ metadata: { continue: 'same' }, items: [pod('a')] })],
  [
    'goes on for ever with objects',
    (asked: number) => ({
      metadata: { continue: `p${asked}` },
      items: Array.from({ length: 5_000 }, (_, n) => ({ n: asked * 5_000 + n })),
    }),
  ],
])('stops at a list that %s', async (_, answer) => {
  await expect(list(answering(answer))).rejects.toMatchObject({
    problems: [{ code: 'kubernetes.refused', message: expect.stringContaining('does not end') }],
  })
})
