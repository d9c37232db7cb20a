import type { Observation } from '../../model/observation.ts'
import type { Plan } from '../../model/plan.ts'
import { plural } from '../../model/plural.ts'
import { sum } from '../../model/sum.ts'
import { type Inert, inert } from '../../model/text/inert.ts'
import { code, type Markdown, markdown, moreThan } from '../../model/text/markdown.ts'
import type { Prices } from '../cost.ts'
import { headOf } from './head.ts'
import { linesOf } from './lines.ts'
import { pricedByBacktest, pricedByLines } from './priced.ts'
import { shortTable } from './table.ts'

/** What the pull request that proposes first settings is about. */
export interface OnboardingContent {
  /** The settings file, and the branch that it is for. */
  readonly file: string
  readonly branch: string
  readonly sources: readonly { readonly path: string; readonly workloads: number }[]
  /** Paths that the settings do not name, and why. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  /** The first plan with these settings, or why there is none yet, as a clause. */
  readonly first: Plan | string
  readonly observations: readonly Observation[]
  readonly prices: Prices
}

/** The title of the pull request. */
export const onboardingTitle = ({ branch }: Pick<OnboardingContent, 'branch'>): Inert =>
  inert`chore: configure GitOps Tortoise for ${branch}`

const mostListed = 30

/** The text: what the settings name, what the first plan would change and save, who decides, and how to decline. */
export function onboardingBody(content: OnboardingContent): Markdown {
  const { file, branch, sources } = content
  const workloads = sum(sources.map((one) => one.workloads))
  return markdown.join(
    [
      markdown`GitOps Tortoise reads what Kubernetes workloads use, and proposes changes of their requests and limits in Git. This pull request adds its settings for the branch ${code(branch)}: ${code(file)} names ${plural(sources.length, 'source')} with ${plural(workloads, 'workload')}. It changes nothing else.`,
      ...firstPlan(content),
      ...skippedSection(content),
      markdown`### Who decides`,
      markdown`Whoever may push to this repository.`,
      markdown.join(
        [
          markdown`- **Merge** it, and the next run opens the first pull request for values.`,
          markdown`- **Edit** ${code(file)} in this branch if something in it is wrong. Tortoise then no longer updates this pull request.`,
          markdown`- **Close** it to decline. Tortoise does not open it again. To begin later, reopen it or add ${code(file)}.`,
        ],
        '\n',
      ),
    ],
    '\n\n',
  )
}

function firstPlan({ first, observations, prices }: OnboardingContent): readonly Markdown[] {
  const title = markdown`### What the first plan would change`
  if (typeof first === 'string') return [title, markdown`No plan could be computed yet: ${first}.`]
  const { proposal } = first
  if (proposal === undefined) return [title, markdown`Nothing: no value should change now.`]
  const part = { scope: '', proposal }
  const lines = linesOf(part, { observations, prices })
  const [head = markdown``, rule = markdown``, ...rows] = shortTable(lines)
  const more =
    rows.length > mostListed ? [markdown`…and ${plural(rows.length - mostListed, 'more container')}.`] : []
  return [
    title,
    headOf(part, lines, pricedByBacktest(first.backtest, proposal.changes) ?? pricedByLines(lines, prices)),
    markdown.join([head, rule, ...rows.slice(0, mostListed)], '\n'),
    ...more,
  ]
}

function skippedSection({ skipped }: OnboardingContent): readonly Markdown[] {
  if (skipped.length === 0) return []
  const lines = skipped.slice(0, mostListed).map(({ path, reason }) => markdown`- ${code(path)}: ${reason}`)
  const more = skipped.length > mostListed ? [markdown`-${moreThan(mostListed, skipped)}`] : []
  return [markdown`### Not in these settings`, markdown.join([...lines, ...more], '\n')]
}
