import type { PlanBacktest } from '../../model/backtest.ts'
import { plural } from '../../model/plural.ts'
import type { ScopedProposal } from '../../model/proposal.ts'
import { link, type Markdown, markdown, moreThan } from '../../model/text/markdown.ts'
import { present } from '../../model/text/text.ts'
import { workloadKey } from '../../model/workload.ts'
import { evidenceSection } from '../evidence.ts'
import { backtestHead, backtestLine, backtestsOf } from '../plan-backtest.ts'
import { howTo } from './commands.ts'
import { count, headOf } from './head.ts'
import { type Line, type LineContext, linesOf } from './lines.ts'
import { pricedByBacktest, pricedByLines } from './priced.ts'
import { detailedTable, mostDetailed, shortTable } from './table.ts'

/** What the text of a pull request needs besides the changes. */
export interface PullContext extends LineContext {
  /** The backtest of the current and the proposed values. */
  readonly backtest?: PlanBacktest | undefined
  /** A declined value is proposed again when it changes by more than this, in percent (setting `reconsider`). */
  readonly reconsider: number
  /** Most bytes of the text. */
  readonly room: number
  /** URL of the run, which shows what does not fit. */
  readonly moreAt?: string | undefined
}

const size = (text: Markdown): number => new TextEncoder().encode(text.toString()).length

/** The lines that fit, and how many do not. */
function fitted(
  lines: readonly Markdown[],
  room: number,
): { readonly text: Markdown; readonly left: number } {
  let used = 0
  const kept = lines.findIndex((line) => {
    used += size(line) + 1
    return used > room
  })
  return kept < 0
    ? { text: markdown.join(lines, '\n'), left: 0 }
    : { text: markdown.join(lines.slice(0, kept), '\n'), left: lines.length - kept }
}

function proofSection({ proposal: { proof } }: ScopedProposal): Markdown {
  const named = proof.sources.slice(0, 20).map((source) => markdown`- ${source}`)
  const more = proof.sources.length > 20 ? [markdown`-${moreThan(20, proof.sources)}`] : []
  return markdown`<details><summary>Proved by rendering ${plural(proof.sources.length, 'source')} before and after: exactly ${plural(proof.moved.length, 'field')} changed</summary>\n\n${markdown.join([...named, ...more], '\n')}\n\n</details>`
}

function byWorkload(lines: readonly Line[]): readonly (readonly Line[])[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const key = `${line.change.cluster ?? ''} ${workloadKey(line.change.workload)}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  return [...groups.values()]
}

/** One section of evidence for each workload, as many as fit. */
function evidenceFor(lines: readonly Line[], { backtest }: PullContext, room: number): readonly Markdown[] {
  let left = room
  const sections: Markdown[] = []
  for (const members of byWorkload(lines)) {
    const changes = members.map(({ change }) => change)
    const replayed = backtestsOf(backtest, changes).map((one) => backtestLine(one, backtest?.currency ?? ''))
    const section = evidenceSection(changes, members[0]?.observation, replayed)
    left -= size(section) + 2
    if (left < 0) break
    sections.push(section)
  }
  return sections
}

/** The body of a pull request, of at most `room` bytes: the table first, then as much evidence as fits. */
export function pullBody(part: ScopedProposal, context: PullContext): Markdown {
  const lines = linesOf(part, context)
  const { changes } = part.proposal
  const [replayed, currency] = [backtestsOf(context.backtest, changes), context.backtest?.currency ?? '']
  const priced = pricedByBacktest(context.backtest, changes) ?? pricedByLines(lines, context.prices)
  const head = headOf(part, lines, priced)
  const total = backtestHead(replayed, currency)
  const [first] = changes
  const rest = [proofSection(part), ...(first === undefined ? [] : [howTo(context.reconsider, first)])]
  const fixed = size(markdown.join([head, total, ...rest], '\n\n')) + 400
  const table = fitted(
    changes.length > mostDetailed ? shortTable(lines) : detailedTable(lines, context.prices),
    context.room - fixed,
  )
  const sections = evidenceFor(lines, context, context.room - fixed - size(table.text))
  const missing = count(changes) - sections.length
  const { moreAt } = context
  const run =
    moreAt === undefined ? '' : markdown`, and ${link(markdown`the run`, moreAt)} shows all evidence`
  const where = markdown`The message of the commit lists every change${run}`
  const parts = [
    head,
    total,
    table.text,
    ...(table.left > 0 ? [markdown`…and ${plural(table.left, 'more line')}. ${where}.`] : []),
    markdown`### Evidence`,
    ...sections,
    ...(missing > 0
      ? [markdown`The evidence of ${plural(missing, 'more workload')} does not fit here. ${where}.`]
      : []),
    ...rest,
  ]
  return markdown.join(present(parts), '\n\n')
}
