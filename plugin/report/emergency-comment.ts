import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { ExpectedStop } from '../model/problem.ts'
import type { Delivery } from '../model/proposal.ts'
import { code, link, type Markdown, markdown, moreThan } from '../model/text/markdown.ts'
import { rowsOf } from './rows.ts'

/** What a person asked for by the label of an issue. */
export interface Asked {
  readonly action: 'start' | 'stop'
  readonly sender: string
}

const mostLines = 20

/** The comment on an issue after its emergency began or ended: who asked, what changes, and whether something waits for a merge. */
export function emergencyComment({ action, sender }: Asked, { plan, delivery }: Outcome): Markdown {
  const rows = rowsOf(plan)
  const { until, notRaised = [] } = plan.proposal?.emergency ?? {}
  const lines = rows.map(
    ({ group, workload, container, field, from, to }) =>
      markdown`- ${group}: ${code(workload)}${container === '' ? '' : ` ${container}`} ${field}: ${code(from)} → **${code(to)}**`,
  )
  const time = until === undefined ? '' : `, until ${until}`
  const head =
    action === 'start'
      ? markdown`Begun by ${sender}${time}: ${plural(rows.length, 'value')} raised.`
      : markdown`Ended by ${sender}. ${rows.length === 0 ? '' : 'The minimum falls by half with each run until it is what it was before.'}`
  const kept = notRaised.map((text) => markdown`- ${text}`)
  return markdown.join(
    [
      markdown`${head} ${whereOf(delivery)}`,
      ...(lines.length === 0 ? [] : [listed(lines)]),
      ...(kept.length === 0 ? [] : [markdown`Not raised:`, listed(kept)]),
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
export function emergencyProblem({ action }: Pick<Asked, 'action'>, { problems }: ExpectedStop): Markdown {
  const lines = problems.map(
    ({ message, hint }) => markdown`- ${message}${hint === undefined ? '' : `. ${hint}`}`,
  )
  const what = action === 'start' ? 'begin' : 'end'
  return markdown`Tortoise could not ${what} the emergency:\n\n${listed(lines)}\n\nThe text of this issue names what it is for, in lines such as ${code('workloads: shop/Deployment/web')}, ${code('namespaces: shop')}, ${code('cluster: prod')} and ${code('for: 4h')}. Remove the label and add it again after a correction.`
}
