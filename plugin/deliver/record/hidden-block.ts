import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { z } from 'zod'

/** One value that a pull request changes: its address in the words of a trailer, and the texts before and after. */
export interface Item {
  readonly key: string
  readonly from: string
  readonly to: string
}

/** What a pull request tells its next run, hidden in its body. */
export interface HiddenBlock {
  readonly scope: string
  /** The commit that its one commit stands on. */
  readonly base: string
  /** The commit we last wrote to its branch. */
  readonly head: string
  /** Identity of its edits: files, texts before and after. */
  readonly digest: string
  readonly items: readonly Item[]
  /** Why we closed it ourselves; absent while open, and when a person closed it. */
  readonly closed?: string | undefined
}

const blockSchema = z.object({
  scope: z.string(),
  base: z.string(),
  head: z.string(),
  digest: z.string(),
  items: z.array(z.tuple([z.string(), z.string(), z.string()])),
  closed: z.string().optional(),
})

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const marker = /<!-- tortoise:1 ([A-Za-z0-9+/=]+) -->/
const mostBytes = 1_000_000

/** The hidden block as a comment of HTML. Deflated, and in letters that no cluster text can break out of. */
export function writeBlock({ items, ...block }: HiddenBlock): string {
  const data = { ...block, items: items.map(({ key, from, to }) => [key, from, to]) }
  return `<!-- tortoise:1 ${toBase64(deflateSync(strToU8(JSON.stringify(data)), { level: 9 }))} -->`
}

/** A body with another block in place of its own. */
export const withBlock = (body: string, block: HiddenBlock): string =>
  `${body.replace(marker, '').trimEnd()}\n\n${writeBlock(block)}`

/** Reads the block out of a body; `undefined` when there is none that can be read. */
export function readBlock(body: string): HiddenBlock | undefined {
  const text = marker.exec(body)?.[1]
  if (text === undefined) return undefined
  try {
    const bytes = inflateSync(Buffer.from(text, 'base64'), { out: new Uint8Array(mostBytes) })
    const { items, ...block } = blockSchema.parse(JSON.parse(strFromU8(bytes)))
    return { ...block, items: items.map(([key, from, to]) => ({ key, from, to })) }
  } catch {
    return undefined
  }
}
