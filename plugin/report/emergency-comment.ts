import { z } from 'zod'
import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Problem } from '../model/problem.ts'
import type { Delivery } from '../model/proposal.ts'
import { hiddenJson, readHidden } from '../model/text/hidden-json.ts'
import { code, link, type Markdown, markdown, moreThan } from '../model/text/markdown.ts'
import { rowsOf } from './rows.ts'

/** What a person asked for by the label of an issue. */
export interface Asked {
  readonly action: 'start' | 'stop'
  readonly sender: string
}

/** The workloads of an emergency, as the one who asked for it named them. */
export interface NamedForEmergency {
  readonly workloads: readonly string[]
  readonly namespaces: readonly string[]
  readonly cluster?: string | undefined
}

const mostLines = 20

const begunSchema = z.object({
  kind: z.literal('emergency'),
  isOn: z.boolean(),
  workloads: z.array(z.string()),
  namespaces: z.array(z.string()),
  cluster: z.string().optional(),
})

/** What a comment says that Tortoise began or ended; `undefined` for another comment. */
export function begunBy(body: string): z.infer<typeof begunSchema> | undefined {
  return readHidden(body, begunSchema)
}

/**
 * The comment on an issue after its emergency began or ended: who asked, what changes, and whether something waits for a merge. Without a
 * report, nothing was on any more. What was named is in it, so that the end is that of what was begun, whatever the issue says then.
 */
export function emergencyComment(
  { action, sender }: Asked,
  report: Outcome | undefined,
  { workloads, namespaces, cluster }: NamedForEmergency,
): Markdown {
  const isOn = action === 'start'
  const record = hiddenJson({ kind: 'emergency', isOn, workloads, namespaces, cluster })
  if (report === undefined) return markdown`It is over already.\n\n${record}`
  const rows = rowsOf(report.plan)
  const { until, notRaised = [] } = report.plan.proposal?.emergency ?? {}
  const lines = rows.map(
    ({ group, workload, container, field, from, to }) =>
      markdown`- ${group}: ${code(workload)} ${[container, field].filter(Boolean).join(' ')}: ${code(from)} → **${code(to)}**`,
  )
  const time = until === undefined ? '' : `, until ${until}`
  const head = isOn
    ? markdown`Begun by ${sender}${time}: ${plural(rows.length, 'value')} raised.`
    : markdown`Ended by ${sender}. ${rows.length === 0 ? '' : 'The minimum falls by half with each run until it is what it was before.'}`
  const kept = notRaised.map((text) => markdown`- ${text}`)
  return markdown.join(
    [
      markdown`${head} ${whereOf(report.delivery)}`,
      ...(lines.length === 0 ? [] : [listed(lines)]),
      ...(kept.length === 0 ? [] : [markdown`Not raised:`, listed(kept)]),
      record,
    ],
    '\n\n',
  )
}

function listed(lines: readonly Markdown[]): Markdown {
  const more = lines.length > mostLines ? [markdown`-${moreThan(mostLines, lines)}`] : []
  return markdown.join([...lines.slice(0, mostLines), ...more], '\n')
}

/** Where the change is, and whether a person has to merge it. */
function whereOf({ commit, branch = '', pulls = [], direct }: Partial<Delivery> = {}): Markdown | '' {
  const named = pulls.flatMap(({ number, url = '', action }) =>
    number === undefined ? [] : [{ isOpen: action !== 'closed', name: link(markdown`#${number}`, url) }],
  )
  const open = named.filter(({ isOpen }) => isOpen)
  if (open.length > 0) return markdown`Waits for a merge: ${namesOf(open)}.`
  if (named.length > 0) return markdown`Closed without a merge: ${namesOf(named)}.`
  const made = direct ?? { commit, branch }
  if (made.commit === undefined) return ''
  const where = markdown`Commit ${code(made.commit.slice(0, 10))} on ${code(made.branch ?? '')}`
  return made.branch?.startsWith('tortoise/') ? markdown`${where} waits for a merge.` : markdown`${where}.`
}

const namesOf = (pulls: readonly { readonly name: Markdown }[]): Markdown =>
  markdown.join(
    pulls.map(({ name }) => name),
    ', ',
  )

/** The comment on an issue whose emergency could not begin or end: the problems, and how its text is written. */
export function emergencyProblem(
  { action }: Pick<Asked, 'action'>,
  problems: readonly Pick<Problem, 'message' | 'hint'>[],
): Markdown {
  const known = problems.map(({ message, hint = '' }) => {
    // A hint for the command line helps nobody here.
    const isHere = hint !== '' && !/--|`/.test(hint)
    return markdown`- ${message}${isHere ? `. ${hint}` : ''}`
  })
  const lines = known.length === 0 ? [markdown`- The step failed; its log says why.`] : known
  const what = action === 'start' ? 'begin' : 'end'
  const how = markdown`The text of this issue names what it is for, in lines such as ${code('workloads: shop/Deployment/web')}, ${code('namespaces: shop')}, ${code('cluster: prod')} and ${code('for: 4h')}. Remove the label and add it again after a correction.`
  return markdown.join(
    [
      markdown`Tortoise could not ${what} the emergency:`,
      listed(lines),
      ...(action === 'start' ? [how] : []),
    ],
    '\n\n',
  )
}
