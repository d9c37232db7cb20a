import { githubForge } from '../../deliver/forges/github/forge.ts'
import { trustOf } from '../../deliver/pulls/trust.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Markdown } from '../../model/text/markdown.ts'
import { emergencyComment, emergencyProblem } from '../../report/emergency-comment.ts'
import type { Host } from '../../run/host.ts'
import type { RunReport, RunRequest } from '../../run/run.ts'
import { beginOrEnd, type EmergencyOptions } from './emergency.ts'
import type { EmergencyIssue } from './event.ts'
import { openGitHub } from './github-session.ts'

/** The result of a labelled issue: skipped with the reason, or the run that begins or ends its emergency. */
export type IssueReply =
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'accepted'; readonly run: (ready: Host) => Promise<RunReport> }

/**
 * Checks an issue with the label `tortoise/emergency`. It counts only from users with push access: who labels it began the emergency that
 * its text names, who closes it or takes the label away ends it. What was done, or why it was not, is written below the issue.
 */
export async function replyToIssue(
  host: Host,
  request: RunRequest,
  issue: EmergencyIssue,
): Promise<IssueReply> {
  const { checkout, settings } = request
  const forge = githubForge(await openGitHub(host, settings, 'Answering an issue'))
  if (!(await trustOf(forge).decides({ login: issue.sender, isBot: false })))
    return { kind: 'skipped', why: `${issue.sender || 'its author'} has no push access` }
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
        const options = optionsIn(issue)
        const report = await beginOrEnd(ready, { checkout, settings }, issue.action, options)
        await say(emergencyComment(issue, report))
        return report
      } catch (error) {
        if (error instanceof ExpectedStop) await say(emergencyProblem(issue, error))
        throw error
      }
    },
  }
}

/** What the sections of an issue are called, in its form and in its text. */
const sections = {
  workloads: 'workloads',
  namespaces: 'namespaces',
  cluster: 'cluster',
  for: 'for',
  factor: 'factor',
} as const
/** What GitHub writes for a field of a form that was left empty. */
const noAnswer = '_No response_'

/**
 * Reads the sections of an issue: a heading such as `### Workloads` with names below, as forms write them, or a line `workloads: …`. The title
 * is the reason. Text that belongs to no section is left out.
 */
function optionsIn({ number, title, body }: EmergencyIssue): EmergencyOptions {
  const found: Record<keyof typeof sections, string[]> = {
    ...{ workloads: [], namespaces: [], cluster: [], for: [], factor: [] },
  }
  let open: keyof typeof sections | undefined
  for (const line of body.split(/\r?\n/)) {
    const [, heading] = /^#{1,6}\s+(.+?)\s*$/.exec(line) ?? []
    const [, name = '', value = ''] = /^\s*(?:[-*]\s+)?([a-z]+):\s*(.*)$/i.exec(line) ?? []
    if (heading !== undefined) open = nameOf(heading)
    else if (nameOf(name) !== undefined) add(nameOf(name), value)
    else add(open, line)
  }
  function add(name: keyof typeof sections | undefined, text: string): void {
    const words = text.replaceAll(noAnswer, '').replace(/^\s*[-*]\s+/, '')
    if (name !== undefined) found[name].push(...words.split(/[\s,`]+/).filter(Boolean))
  }
  const [cluster] = found.cluster
  const [time = '24h'] = found.for
  const [factor] = found.factor
  return {
    ...{ workloads: found.workloads, namespaces: found.namespaces, cluster, for: time, factor },
    reason: `${title} (issue ${number})`,
  }
}

const nameOf = (text: string): keyof typeof sections | undefined =>
  Object.values(sections).find((one) => one === text.toLowerCase())
