import type { Settings } from '../../../config/schema.ts'
import type { Forge } from '../../deliver/forges/forge.ts'
import { githubForge } from '../../deliver/forges/github/forge.ts'
import { openSession, type Session } from '../../deliver/forges/github/session.ts'
import { collectDecisions } from '../../deliver/pulls/decisions.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import { githubToken } from '../../run/deliver/tokens.ts'
import type { Host } from '../../run/host.ts'
import type { CommandComment } from './event.ts'

/** What a comment comes to: nothing to do and why, or a run that is told below the comment when it is done. */
export type CommandReply =
  | { readonly kind: 'passed over'; readonly why: string }
  | { readonly kind: 'obey'; readonly done: () => Promise<void> }

const usage = `This says nothing about a value of this pull request. On a line of its own, one of these is understood, with words of an address (\`Deployment/api\`, \`app\`, \`requests.cpu\`) behind it; a pin needs enough of them to mean one value.

- \`/tortoise snooze 30d\`
- \`/tortoise ignore Deployment/api\`
- \`/tortoise pin 500m Deployment/api app requests.cpu\`
- \`/tortoise split Deployment/api\`
- \`/tortoise retry\``

/** Looks who said something, and where: only those who may push are obeyed, and only below our own pull requests. */
export async function runCommentCommand(
  host: Host,
  settings: Settings,
  said: CommandComment,
): Promise<CommandReply> {
  const session = await openGitHub(host, settings)
  const forge = githubForge(session)
  const pull = (await forge.pulls()).find(({ number }) => number === said.pull)
  if (pull === undefined) return { kind: 'passed over', why: `#${said.pull} is not one of ours` }
  if (!(await forge.mayWrite(said.author)))
    return { kind: 'passed over', why: `${said.author} may not push here` }
  const decided = [...collectDecisions([{ pull, comments: [said] }], host.now()).values()].flat()
  if (decided.some(({ by }) => by === said.author)) {
    await react(host, session, { said, content: 'eyes' })
    return { kind: 'obey', done: () => react(host, session, { said, content: '+1' }) }
  }
  await react(host, session, { said, content: 'confused' })
  await explain(forge, said)
  return { kind: 'passed over', why: 'the comment says nothing about a value of the pull request' }
}

async function openGitHub(host: Host, settings: Settings): Promise<Session> {
  const { github } = settings.deliver
  if (github === undefined)
    throw stop('settings.missing', 'A pull request needs a forge to ask', {
      hint: 'Set deliver.github.repository, or use mode commit.',
    })
  const { repository, apiUrl, paced } = github
  const token = githubToken(host, settings.deliver, 'Answering a comment')
  return openSession({
    kind: 'github',
    repository,
    token,
    paced,
    ...(apiUrl === undefined ? {} : { apiUrl }),
  })
}

interface Reaction {
  readonly said: CommandComment
  readonly content: 'eyes' | '+1' | 'confused'
}

/** A sign below the comment; a token that may not give one is no reason to fail. */
async function react(host: Host, { repo, send }: Session, { said, content }: Reaction): Promise<void> {
  const given = send('react to a comment', ({ rest }) =>
    rest.reactions.createForIssueComment({ ...repo, comment_id: said.id, content }),
  )
  await given.catch((error: unknown) => {
    if (!(error instanceof ExpectedStop)) throw error
    host.progress({ kind: 'warning', message: error.message.split('\n')[0] ?? '' })
  })
}

const marker = '<!-- gitops-tortoise: usage -->'

/** Says once below the pull request what would be understood. */
async function explain(forge: Forge, { pull }: CommandComment): Promise<void> {
  const known = (await forge.comments(pull)).some(({ body }) => body.includes(marker))
  if (!known) await forge.comment(pull, `${usage}\n\n${marker}`)
}
