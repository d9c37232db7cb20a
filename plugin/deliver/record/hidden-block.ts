import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { z } from 'zod'
import type { Proposal, ScopedProposal } from '../../model/proposal.ts'
import { hiddenData, hiddenForm, type Markdown, markdown, shownBody } from '../../model/text/markdown.ts'
import { changeKey } from './commit-message.ts'

/** One value that a pull request changes: its change key, and its text in the file before and after. */
export interface BlockItem {
  readonly key: string
  readonly from: string
  readonly to: string
  /** The rules that later runs must know where another message replaces that of the commit. */
  readonly rules?: readonly string[]
}

/** What a run records in the body of a pull request for later runs. Readers of the pull request do not see it. */
export interface HiddenBlock {
  readonly scope: string
  /** The commit of the base branch that its one commit is built on. */
  readonly base: string
  /** The commit that Tortoise last wrote to its branch. */
  readonly head: string
  /** Identity of its edits: files and their texts before and after. */
  readonly digest: string
  readonly items: readonly BlockItem[]
  /** Why Tortoise closed it; absent while it is open, and when somebody else closed it. */
  readonly closed?: string | undefined
  /** When the emergency ends that it begins, ISO 8601. */
  readonly until?: string | undefined
  /** What became of its values after the merge; absent until that is commented. */
  readonly outcome?: string | undefined
}

const blockSchema = z.object({
  scope: z.string(),
  base: z.string(),
  head: z.string(),
  digest: z.string(),
  items: z.array(
    z.union([
      z.tuple([z.string(), z.string(), z.string()]),
      z.tuple([z.string(), z.string(), z.string(), z.array(z.string())]),
    ]),
  ),
  closed: z.string().optional(),
  until: z.iso.datetime().optional(),
  outcome: z.string().optional(),
})

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
/** Limit of a decompressed block, because anybody with push access can write one. */
const maxBytes = 1_000_000

/** Returns the block as an HTML comment: deflated and in base64, so that no text from a cluster can end the comment. */
export function writeBlock({ items, ...block }: HiddenBlock): Markdown {
  const data = {
    ...block,
    items: items.map(({ key, from, to, rules }) => [key, from, to, ...(rules ? [rules] : [])]),
  }
  return hiddenData(toBase64(deflateSync(strToU8(JSON.stringify(data)), { level: 9 })))
}

/** Rules whose changes mean something to later runs: of emergencies, events, values that did harm or did not fit, and kills. */
const remembered = /^(?:emergency|event|health|rollout)\.|^memory\.oom$/

/** Returns the values that a proposal changes. */
export const itemsOf = ({ changes }: Proposal): readonly BlockItem[] =>
  changes.map((change) => {
    const rules = change.because.map(({ rule }) => rule).filter((rule) => remembered.test(rule))
    const item = { key: changeKey(change), from: change.from, to: change.to }
    return rules.length === 0 ? item : { ...item, rules }
  })

// Ids compress differently, by a few characters.
const [sampleId, slack] = ['9c1f04e7b83ad265f0178be4c29d5a630e8f71b2', 100]

/** Returns the characters to reserve for the block of a proposal and the blank line above it, before its ids are known. */
export function blockSize({ scope, proposal }: ScopedProposal): number {
  const ids = { base: sampleId, head: [...sampleId].reverse().join(''), digest: sampleId }
  return writeBlock({ scope, ...ids, items: itemsOf(proposal) }).length + slack
}

/** Replaces the block of a body that the forge shows. */
export const withBlock = (body: string, block: HiddenBlock): Markdown =>
  markdown`${shownBody(body.replace(hiddenForm, '').trimEnd())}\n\n${writeBlock(block)}`

/** Reads the block of a body; `undefined` when the body has no valid block. */
export function readBlock(body: string): HiddenBlock | undefined {
  const text = hiddenForm.exec(body)?.[1]
  if (text === undefined) return undefined
  try {
    const bytes = inflateSync(Buffer.from(text, 'base64'), { out: new Uint8Array(maxBytes) })
    const { items, ...block } = blockSchema.parse(JSON.parse(strFromU8(bytes)))
    return {
      ...block,
      items: items.map(([key, from, to, rules]) => ({ key, from, to, ...(rules && { rules }) })),
    }
  } catch {
    return undefined
  }
}
