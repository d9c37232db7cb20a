import type { Markdown } from '../../model/text/markdown.ts'
import type { Forge, Pull } from '../forges/forge.ts'
import { readBlock, withBlock } from '../record/hidden-block.ts'
import { commentOnce } from './comment-once.ts'

/** What became of the values of a merged pull request. */
export interface PullResult {
  readonly pull: Pull
  /** One word: `held`. */
  readonly outcome: string
  /** The comment. */
  readonly text: Markdown
}

/**
 * Comments on merged pull requests what became of their values, on each once, and records that in the hidden block. A run that is
 * killed between the two is completed by the next one.
 */
export async function commentOutcomes(results: readonly PullResult[], forge: Forge): Promise<void> {
  for (const { pull, outcome, text } of results) {
    const block = readBlock(pull.body)
    if (block === undefined || block.outcome !== undefined) continue
    await commentOnce(forge, pull.number, { marker: 'outcome', text })
    await forge.update(pull.number, { body: withBlock(pull.body, { ...block, outcome }) })
  }
}
