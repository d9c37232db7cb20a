import type { Comment, Forge, Pull } from '../forges/forge.ts'
import { readBlock } from '../record/hidden-block.ts'
import { readCommands } from './commands.ts'
import type { CommentedPull } from './decisions.ts'

/** How long comments on a closed pull request count. */
export interface CommentWindow {
  readonly now: Date
  readonly days: number
}

/** Comments of the newest pull requests only are read, so that a run makes a bounded number of requests. */
const maxPulls = 40

/** Reads the commands that users with push access wrote in comments on pull requests of Tortoise. */
export async function readComments(
  forge: Pick<Forge, 'comments' | 'mayWrite'>,
  pulls: readonly Pull[],
  { now, days }: CommentWindow,
): Promise<readonly CommentedPull[]> {
  const oldest = now.getTime() - days * 86_400_000
  const recent = pulls.filter(
    ({ state, body, closedAt, createdAt }) =>
      (state === 'open' || Date.parse(closedAt ?? createdAt) >= oldest) && readBlock(body) !== undefined,
  )
  const access = new Map<string, Promise<boolean>>()
  const mayWrite = (author: string): Promise<boolean> => {
    const known = access.get(author) ?? forge.mayWrite(author)
    access.set(author, known)
    return known
  }
  const commented: CommentedPull[] = []
  for (const [index, pull] of recent.entries()) {
    const all = index < maxPulls ? await forge.comments(pull.number) : []
    const comments: Comment[] = []
    for (const one of all)
      if (readCommands(one.body).length > 0 && (await mayWrite(one.author))) comments.push(one)
    commented.push({ pull, comments })
  }
  return commented
}
