import { type Markdown, markdown } from '../../model/text/markdown.ts'
import type { Forge } from '../forges/forge.ts'
import { trustOf } from './trust.ts'

/** Comments on a pull request once, however often a run is repeated. */
export async function commentOnce(
  forge: Forge,
  pull: number,
  { marker, text }: { readonly marker: string; readonly text: Markdown },
): Promise<void> {
  const hidden = markdown`<!-- tortoise:${marker} -->`
  const { writes } = trustOf(forge)
  // A comment of anybody else does not keep this one from being written.
  for (const { author: login, byBot: isBot = false, body } of await forge.comments(pull))
    if (body.includes(hidden.toString()) && (await writes({ login, isBot }))) return
  await forge.comment(pull, markdown`${text}\n\n${hidden}`)
}
