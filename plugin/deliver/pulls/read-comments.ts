import type { Comment, Forge, Pull } from '../forges/forge.ts'
import { readBlock } from '../record/hidden-block.ts'
import { readCommands } from './commands.ts'
import type { CommentedPull } from './decisions.ts'

/** How far back people are listened to. */
export interface Hearing {
  readonly now: Date
  readonly days: number
}

/** Pull requests whose comments are read, at most; the newest ones. */
const mostHeard = 40

/** Reads what people who may push said below our pull requests of late. */
export async function readComments(
  forge: Pick<Forge, 'comments' | 'mayWrite'>,
  pulls: readonly Pull[],
  { now, days }: Hearing,
): Promise<readonly CommentedPull[]> {
  const oldest = now.getTime() - days * 86_400_000
  const recent = pulls.filter(
    ({ state, body, closedAt, createdAt }) =>
      (state === 'open' || Date.parse(closedAt ?? createdAt) >= oldest) && readBlock(body) !== undefined,
  )
  const trusted = new Map<string, Promise<boolean>>()
  const mayWrite = (author: string): Promise<boolean> => {
    const known = trusted.get(author) ?? forge.mayWrite(author)
    trusted.set(author, known)
    return known
  }
  const heard: CommentedPull[] = []
  for (const [index, pull] of recent.entries()) {
    const said = index < mostHeard ? await forge.comments(pull.number) : []
    const comments: Comment[] = []
    for (const one of said)
      if (readCommands(one.body).length > 0 && (await mayWrite(one.author))) comments.push(one)
    heard.push({ pull, comments })
  }
  return heard
}
