import { fieldKey, fieldLabel } from '../model/field.ts'
import type { FollowedChange } from '../model/health.ts'
import type { Plan, SourceRecommendation } from '../model/plan.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Part } from '../model/text/text.ts'
import { printValue } from '../model/value.ts'
import { namespacedLabel, workloadLabel } from '../model/workload.ts'
import { followedRows } from './followed.ts'
import type { Paint } from './paint.ts'
import { backtestLine, backtestsOf } from './plan-backtest.ts'

/** Each value of some workloads with the rules behind it, for a terminal. */
export function explainForPeople(
  {
    recommendations,
    backtest,
    skipped = [],
    followed = [],
  }: Pick<Plan, 'recommendations' | 'backtest' | 'followed'> & Partial<Pick<Plan, 'skipped'>>,
  paint: Paint,
): Terminal {
  const blocks: Part<'terminal'>[] = []
  let heading = ''
  for (const one of recommendations) {
    const own = [one.cluster, one.source, namespacedLabel(one.workload)]
      .filter((part) => part !== undefined)
      .join(' · ')
    if (own !== heading) {
      blocks.push(paint.bold(own))
      for (const replayed of backtestsOf(backtest, [one]))
        blocks.push(paint.dim(`  ${backtestLine(replayed, backtest?.currency ?? '')}`))
    }
    heading = own
    blocks.push(
      ...linesOf(one, paint),
      ...skippedLines(one, skipped, paint),
      ...followedLines(one, followed, paint),
    )
  }
  return terminal`${terminal.join(blocks, '\n')}\n`
}

/** Why a change is not proposed: reviewers declined it, a person set the value, or it cannot be edited. */
const skippedLines = (
  one: SourceRecommendation,
  skipped: Plan['skipped'],
  paint: Paint,
): readonly Part<'terminal'>[] =>
  one.verdict !== 'change'
    ? []
    : skipped
        .filter(
          ({ source, workload, field }) =>
            source === one.source && workload === workloadLabel(one.workload) && field === fieldLabel(one),
        )
        .map(({ reason }) => paint.dim(`      not proposed: ${reason}`))

/** What became of the last change of a value. */
function followedLines(
  one: SourceRecommendation,
  followed: readonly FollowedChange[],
  paint: Paint,
): readonly Part<'terminal'>[] {
  const own = followed.filter((other) => other.source === one.source && fieldKey(other) === fieldKey(one))
  return followedRows(own.slice(0, 1)).map(({ at, commit, changes, verdict, said }) =>
    paint.dim(`      ${at} (${commit}): ${changes.join(', ')}, ${verdict}${said === '' ? '' : `: ${said}`}`),
  )
}

function linesOf(one: SourceRecommendation, paint: Paint): readonly Part<'terminal'>[] {
  const label = `  ${fieldLabel(one)}`
  if (one.verdict === 'unsure') return [`${label}: cannot be decided yet`, paint.dim(`      ${one.missing}`)]
  const value = (amount: number) => printValue(one.field, amount)
  const said = one.verdict === 'change' ? `${value(one.from)} → ${value(one.to)}` : `${value(one.from)} stays`
  const width = Math.max(...one.because.map(({ rule }) => rule.length), 0)
  return [
    `${label}: ${said}`,
    ...one.because.map(({ rule, text }) => paint.dim(`      ${rule.padEnd(width)}  ${text}`)),
  ]
}
