import type { PlanBacktest } from '../../model/backtest.ts'
import { escapeMarkdown } from '../../model/escape-markdown.ts'
import { plural } from '../../model/plural.ts'
import type { ScopedProposal } from '../../model/proposal.ts'
import { workloadKey } from '../../model/workload.ts'
import { evidenceSection } from '../evidence.ts'
import { backtestHead, backtestLine, backtestsOf } from '../plan-backtest.ts'
import { howTo } from './commands.ts'
import { count, headOf } from './head.ts'
import { type Line, type LineContext, linesOf } from './lines.ts'
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

const size = (text: string): number => new TextEncoder().encode(text).length

/** The lines that fit, and how many do not. */
function fitted(lines: readonly string[], room: number): { readonly text: string; readonly left: number } {
  let used = 0
  const kept = lines.findIndex((line) => {
    used += size(line) + 1
    return used > room
  })
  return kept < 0
    ? { text: lines.join('\n'), left: 0 }
    : { text: lines.slice(0, kept).join('\n'), left: lines.length - kept }
}

function proofSection({ proposal: { proof } }: ScopedProposal): string {
  const named = proof.sources.slice(0, 20).map((source) => `- ${escapeMarkdown(source)}`)
  const more = proof.sources.length > 20 ? [`- and ${proof.sources.length - 20} more`] : []
  return `<details><summary>Proved by rendering ${plural(proof.sources.length, 'source')} before and after: exactly ${plural(proof.moved.length, 'field')} changed</summary>\n\n${[...named, ...more].join('\n')}\n\n</details>`
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
function evidenceFor(lines: readonly Line[], { backtest }: PullContext, room: number): readonly string[] {
  let left = room
  const sections: string[] = []
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
export function pullBody(part: ScopedProposal, context: PullContext): string {
  const lines = linesOf(part, context)
  const { changes } = part.proposal
  const head = headOf(part, lines, context.prices)
  const total = backtestHead(backtestsOf(context.backtest, changes), context.backtest?.currency ?? '')
  const rest = [proofSection(part), howTo(context.reconsider)]
  const fixed = size([head, total, ...rest].join('\n\n')) + 400
  const table = fitted(
    changes.length > mostDetailed ? shortTable(lines) : detailedTable(lines, context.prices),
    context.room - fixed,
  )
  const sections = evidenceFor(lines, context, context.room - fixed - size(table.text))
  const missing = count(changes) - sections.length
  const { moreAt } = context
  const where = `The message of the commit lists every change${moreAt === undefined ? '' : `, and [the run](${moreAt}) shows all evidence`}`
  return [
    head,
    ...(total === '' ? [] : [escapeMarkdown(total)]),
    table.text,
    ...(table.left > 0 ? [`…and ${plural(table.left, 'more line')}. ${where}.`] : []),
    '### Evidence',
    ...sections,
    ...(missing > 0
      ? [`The evidence of ${plural(missing, 'more workload')} does not fit here. ${where}.`]
      : []),
    ...rest,
  ].join('\n\n')
}
