import type { Forge } from '../../deliver/forges/forge.ts'
import { githubForge } from '../../deliver/forges/github/forge.ts'
import { type Trust, trustOf } from '../../deliver/pulls/trust.ts'
import { asExpected } from '../../io/system-problem.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import type { Markdown } from '../../model/text/markdown.ts'
import { begunBy, emergencyComment, emergencyProblem } from '../../report/emergency-comment.ts'
import { noneIsOn } from '../../run/emergency/stop-emergency.ts'
import type { Host } from '../../run/host.ts'
import type { RunReport, RunRequest } from '../../run/run.ts'
import { beginOrEnd, type EmergencyOptions } from './emergency.ts'
import type { EmergencyIssue } from './event.ts'
import { openGitHub } from './github-session.ts'
import { given } from './inputs.ts'
import { optionsIn } from './issue-sections.ts'

/** The result of a labelled issue: skipped with the reason, or the run that begins or ends its emergency. */
export type IssueReply =
  | { readonly kind: 'skipped'; readonly why: string }
  | {
      readonly kind: 'accepted'
      readonly run: (ready: () => Promise<Host>) => Promise<RunReport | undefined>
    }

/**
 * Checks an issue with the label `tortoise/emergency`. It counts only from people with push access: who labels it begins the emergency
 * that its text names, who closes it or takes the label away ends what was begun. What was done, or why it was not, is written below it.
 */
export async function replyToIssue(
  host: Host,
  request: RunRequest,
  issue: EmergencyIssue,
): Promise<IssueReply> {
  const { checkout, settings } = request
  const elsewhere = otherRepository(host, request)
  if (elsewhere !== undefined) return { kind: 'skipped', why: elsewhere }
  const forge = githubForge(await openGitHub(host, settings, 'Answering an issue'))
  const trust = trustOf(forge)
  if (!(await trust.decides({ login: issue.sender, isBot: false })))
    return { kind: 'skipped', why: `${issue.sender || 'its author'} has no push access` }
  const begun = issue.action === 'stop' ? await begunIn(forge, trust, issue.number) : undefined
  if (issue.action === 'stop' && begun === undefined)
    return { kind: 'skipped', why: `no emergency is on that Tortoise began for #${issue.number}` }
  /** Writes below the issue. A token without that permission causes a warning only: the emergency itself is more. */
  const say = (text: Markdown): Promise<void> =>
    forge.comment(issue.number, text).catch((error: unknown) => {
      if (!(error instanceof ExpectedStop)) throw error
      const [reason = ''] = error.message.split('\n')
      const message = `${reason}; a reply to the issue needs \`permissions: issues: write\``
      host.progress({ kind: 'warning', message })
    })
  return {
    kind: 'accepted',
    run: async (ready) => {
      try {
        const options = begun ?? (await readText(forge, trust, issue))
        const report = await endedOr(
          beginOrEnd(await ready(), { checkout, settings }, { ...options, ...issue }),
        )
        await say(emergencyComment(issue, report, options))
        return report
      } catch (thrown) {
        const error = asExpected(thrown)
        await say(emergencyProblem(issue, error instanceof ExpectedStop ? error.problems : []))
        throw error
      }
    },
  }
}

/** Why an issue cannot be answered here: it is of another repository than the one that is changed. */
function otherRepository({ env }: Host, { settings }: RunRequest): string | undefined {
  const [own, changed] = [env['GITHUB_REPOSITORY'], settings.deliver.github?.repository]
  if (own === undefined || changed === undefined || own.toLowerCase() === changed.toLowerCase())
    return undefined
  return `the issue is of ${own}, and deliver.github.repository is ${changed}`
}

/** What Tortoise began for an issue and did not end, by the newest of its comments; `undefined` where there is nothing. */
async function begunIn(forge: Forge, trust: Trust, number: number): Promise<EmergencyOptions | undefined> {
  for (const { author, byBot = false, body } of [...(await forge.comments(number))].reverse()) {
    const found = begunBy(body)
    if (found === undefined || !(await trust.writes({ login: author, isBot: byBot }))) continue
    const { isOn, workloads, namespaces, cluster } = found
    const named = { workloads, namespaces, cluster, for: '24h', factor: undefined, reason: undefined }
    return isOn ? named : undefined
  }
  return undefined
}

/** What the text of an issue names. Throws `usage` where somebody wrote or edited it who may not push. */
async function readText(forge: Forge, trust: Trust, issue: EmergencyIssue): Promise<EmergencyOptions> {
  const edit = await forge.lastEdit(issue.number, 'issue')
  for (const who of [issue.author, ...(edit === undefined ? [] : [edit.by])])
    if (!(await trust.decides(who)))
      throw stop(
        'usage',
        `the text of the issue is by ${who.login || 'an unknown account'}, who may not push`,
        {
          hint: 'Write an issue of your own with the label, or copy what it is for into one.',
        },
      )
  if (given('workloads') !== undefined || given('namespaces') !== undefined)
    throw stop('usage', 'the inputs workloads and namespaces cannot be used for an issue', {
      hint: 'Its text names them. Leave the inputs out of the workflow.',
    })
  return optionsIn(issue)
}

/** The report of a run; `undefined` where nothing is on any more. */
const endedOr = (run: Promise<RunReport>): Promise<RunReport | undefined> =>
  run.catch((error: unknown) => {
    if (error instanceof ExpectedStop && error.problems.some(({ message }) => message === noneIsOn))
      return undefined
    throw error
  })
