import { githubForge } from '../../deliver/forges/github/forge.ts'
import { trustOf } from '../../deliver/pulls/trust.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
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
 * Checks an issue with the label `tortoise/emergency`. It counts only from users with push access: who labels it begins the emergency that
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
        const report = await beginOrEnd(ready, { checkout, settings }, optionsIn(issue))
        await say(emergencyComment(issue, report))
        return report
      } catch (error) {
        if (error instanceof ExpectedStop) await say(emergencyProblem(issue, error))
        throw error
      }
    },
  }
}

/** Sections of an issue, as headings of its form or as lines of its text name them. */
const sections = ['workloads', 'namespaces', 'cluster', 'for', 'factor'] as const
type Section = (typeof sections)[number]

const sectionOf = (text: string): Section | undefined =>
  sections.find((one) => one === text.trim().toLowerCase())

/** What GitHub writes for a field of a form that was left empty. */
const noAnswer = '_No response_'

/**
 * Reads the sections of an issue: a heading such as `### Workloads` with names below, as forms write them, or a line `workloads: …`. The
 * title is the reason. Text that belongs to no section is left out. Throws `usage` for HTML, which may hide names from who labels it.
 */
function optionsIn({ action, number, title, body }: EmergencyIssue): EmergencyOptions {
  if (/<[!/a-z]/i.test(body))
    throw stop('usage', 'the text of the issue has HTML, which may hide what it names', {
      hint: 'Write what it is for as plain text.',
    })
  const found = new Map<Section, string[]>()
  let open: Section | undefined
  for (const line of body.split(/\r?\n/)) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
    const [, name = '', value = ''] = /^\s*(?:[-*]\s+)?([a-z]+):(.*)$/i.exec(line) ?? []
    const named = heading === undefined ? sectionOf(name) : undefined
    if (heading !== undefined) open = sectionOf(heading)
    const section = named ?? open
    if (section === undefined || heading !== undefined) continue
    const text = (named === undefined ? line : value).replaceAll(noAnswer, '').replace(/^\s*[-*]\s+/, '')
    found.set(section, [...(found.get(section) ?? []), ...text.split(/[\s,`]+/).filter(Boolean)])
  }
  const one = (section: Section): string | undefined => found.get(section)?.[0]
  return {
    action,
    workloads: found.get('workloads') ?? [],
    namespaces: found.get('namespaces') ?? [],
    cluster: one('cluster'),
    for: one('for') ?? '24h',
    factor: one('factor'),
    reason: `${title} (issue ${number})`,
  }
}
