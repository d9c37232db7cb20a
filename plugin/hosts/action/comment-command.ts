import type { Settings } from '../../../config/schema.ts'
import type { Forge } from '../../deliver/forges/forge.ts'
import { githubForge } from '../../deliver/forges/github/forge.ts'
import type { Session } from '../../deliver/forges/github/session.ts'
import { collectDecisions } from '../../deliver/pulls/decisions.ts'
import { trustOf } from '../../deliver/pulls/trust.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { markdown } from '../../model/text/markdown.ts'
import type { Host } from '../../run/host.ts'
import { requireDelivery } from '../../run/require-settings.ts'
import type { CommandComment } from './event.ts'
import { openGitHub } from './github-session.ts'

/** The result of a comment: skipped with the reason, or accepted; call `done` after the run. */
export type CommandReply =
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'accepted'; readonly done: () => Promise<void> }

const usage = markdown`This command matches no value of this pull request. Write one of these on a line of its own. You can add a workload, a container and a field (\`Deployment/api\`, \`app\`, \`requests.cpu\`). A pin needs enough of them to match exactly one value.

- \`/tortoise snooze 30d\`
- \`/tortoise ignore Deployment/api\`
- \`/tortoise pin 500m Deployment/api app requests.cpu\`
- \`/tortoise split Deployment/api\`
- \`/tortoise retry\``

/**
 * Checks a command comment and reacts to it. Commands count only from users with push access and only on pull requests of
 * Tortoise.
 */
export async function runCommentCommand(
  host: Host,
  settings: Settings,
  comment: CommandComment,
): Promise<CommandReply> {
  requireDelivery(settings)
  const session = await openGitHub(host, settings, 'Answering a comment')
  const forge = githubForge(session)
  const { writes, decides } = trustOf(forge)
  const since = new Date(host.now().getTime() - settings.deliver.pullRequests.rememberDays * 86_400_000)
  const pull = (await forge.pulls(since)).find(({ number }) => number === comment.pull)
  if (pull === undefined || !(await writes(pull.author)))
    return { kind: 'skipped', why: `#${comment.pull} is not a pull request of Tortoise` }
  for (const login of new Set([comment.author, comment.sender]))
    if (!(await decides({ login, isBot: false })))
      return { kind: 'skipped', why: `${login || 'its author'} has no push access` }
  if (comment.isDeleted) return { kind: 'accepted', done: async () => undefined }
  const reviewed = { pull, comments: [comment], marks: [] }
  const decided = [...collectDecisions([reviewed]).values()].flat()
  if (decided.some(({ by }) => by === comment.author)) {
    await react(host, session, { comment, content: 'eyes' })
    return { kind: 'accepted', done: () => react(host, session, { comment, content: '+1' }) }
  }
  await react(host, session, { comment, content: 'confused' })
  await explain(forge, comment)
  return { kind: 'skipped', why: 'the command matches no value of the pull request' }
}

interface Reaction {
  readonly comment: CommandComment
  readonly content: 'eyes' | '+1' | 'confused'
}

/** Adds a reaction to the comment. A token without that permission causes a warning only. */
async function react(host: Host, { repo, send }: Session, { comment, content }: Reaction): Promise<void> {
  const given = send('react to a comment', ({ rest }) =>
    rest.reactions.createForIssueComment({ ...repo, comment_id: comment.id, content }),
  )
  await given.catch((error: unknown) => {
    if (!(error instanceof ExpectedStop)) throw error
    host.progress({ kind: 'warning', message: error.message.split('\n')[0] ?? '' })
  })
}

const marker = markdown`<!-- gitops-tortoise: usage -->`

/** Explains the commands in a comment, once for each pull request. */
async function explain(forge: Forge, { pull }: CommandComment): Promise<void> {
  const known = (await forge.comments(pull)).some(({ body }) => body.includes(marker.toString()))
  if (!known) await forge.comment(pull, markdown`${usage}\n\n${marker}`)
}
