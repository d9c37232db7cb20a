import { groupBy } from '../model/group.ts'
import { type Outcome, onlyUsageKnown } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Proof } from '../model/proof.ts'
import type { Delivery, PullOutcome } from '../model/proposal.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import { type Part, present } from '../model/text/text.ts'
import { workloadLabel } from '../model/workload.ts'
import { changeTable } from './change-table.ts'
import { coverageLines } from './coverage.ts'
import { followedHead, followedRows } from './followed.ts'
import { type Paint, plain } from './paint.ts'
import { backtestHead, backtestsOf } from './plan-backtest.ts'
import type { Row } from './rows.ts'
import { nothingChanges, planSentence, rolloutRows, rowsOf, skippedRows } from './rows.ts'

const mostNamed = 4

/** The report for a terminal. */
export function terminalReport({ plan, delivery }: Outcome, paint: Paint = plain): Terminal {
  const rows = rowsOf(plan)
  const { what, rest, until } = planSentence(plan)
  const sentence = until === undefined ? `${what} ${rest}` : `Emergency until ${until}: ${what}.`
  const head = rows.length === 0 ? nothingChanges(plan) : sentence
  const sections = [
    paint.bold(head),
    ...groupsOf(rows).map(([group, members]) => changeTable(group, members, paint)),
    backtestHead(backtestsOf(plan.backtest, plan.proposal?.changes ?? []), plan.backtest?.currency ?? ''),
    followedSection(plan, paint),
    unansweredSection(plan.unanswered ?? [], paint),
    skippedSection(skippedRows(plan), paint),
    plan.proposal === undefined ? '' : proofLine(plan.proposal.proof, paint),
    rolloutSection(rolloutRows(plan), paint),
    coverageSection(coverageLines(plan.coverage ?? []), paint),
    unboundedSection(plan.unbounded ?? [], paint),
    fetchedSection(plan.fetched ?? [], paint),
    plan.sandbox === undefined ? '' : paint.dim(`${plan.sandbox}.`),
    delivery === undefined ? '' : deliveryLine(delivery),
  ]
  return terminal`${terminal.join(present(sections), '\n\n')}\n`
}

const fetchedSection = (fetched: readonly string[], paint: Paint): Terminal =>
  terminal.join(
    fetched.length === 0 ? [] : ['From elsewhere:', ...fetched.map((one) => paint.dim(`  ${one}`))],
    '\n',
  )

/** What became of earlier changes: a line for all, and each that did harm, is not in the cluster, or is unclear. */
function followedSection(plan: Outcome['plan'], paint: Paint): Part<'terminal'> {
  const head = followedHead(plan)
  if (head === undefined) return ''
  const lines = followedRows(plan.followed ?? [])
    .filter(({ isOver }) => !isOver)
    .flatMap(({ at, commit, workload, changes, verdict, said }) => [
      `  ${workload}: ${verdict}`,
      paint.dim(`    ${changes.join(', ')} on ${at} (${commit}): ${said}`),
    ])
  return terminal.join([paint.bold('Earlier changes'), `  ${head}`, ...lines], '\n')
}

/** Containers that are killed although nothing is raised for them. */
const unansweredSection = (unanswered: NonNullable<Outcome['plan']['unanswered']>, paint: Paint): Terminal =>
  terminal.join(
    unanswered.length === 0
      ? []
      : [
          'OOM kills that no raise answers',
          ...unanswered.map(
            ({ cluster, workload, container, kills, why }) =>
              `  ${cluster} ${workloadLabel(workload)} ${container}: ${plural(kills, 'kill')}. ${paint.dim(why)}`,
          ),
        ],
    '\n',
  )

/** Which share of the clusters is managed, and what keeps the rest out. */
const coverageSection = (lines: readonly string[], paint: Paint): Terminal =>
  terminal.join(
    lines.length === 0
      ? []
      : [
          'Coverage',
          ...lines.map((line) => `  ${line}`),
          paint.dim('  `tortoise doctor --coverage` lists the rest.'),
        ],
    '\n',
  )

/** What could not be read of the clusters, so that it bounds nothing. */
const unboundedSection = (unbounded: NonNullable<Outcome['plan']['unbounded']>, paint: Paint): Terminal =>
  terminal.join(
    unbounded.length === 0
      ? []
      : [
          'Not bounded by',
          ...unbounded.map(({ cluster, what }) => paint.dim(`  cluster ${cluster}: ${what}`)),
          ...(unbounded.every(({ what }) => what === onlyUsageKnown)
            ? []
            : [paint.dim('  `tortoise doctor --fix-hints` prints the rules to add.')]),
        ],
    '\n',
  )

const groupsOf = (rows: readonly Row[]): readonly (readonly [string, readonly Row[]])[] => [
  ...groupBy(rows, ({ group }) => group),
]

function skippedSection(reasons: ReturnType<typeof skippedRows>, paint: Paint): Part<'terminal'> {
  if (reasons.length === 0) return ''
  const lines = reasons.map(({ reason, what }) => {
    const named = what.slice(0, mostNamed).join(', ')
    const more = what.length > mostNamed ? ` and ${what.length - mostNamed} more` : ''
    return terminal`  ${reason}\n    ${paint.dim(`${named}${more}`)}`
  })
  return terminal.join([paint.bold('Skipped'), ...lines], '\n')
}

function proofLine({ sources, moved }: Proof, paint: Paint): Terminal {
  const list = terminal.join(
    sources.map((source) => `  ${source}`),
    '\n',
  )
  return terminal`${paint.green('Proved')} by rendering ${plural(sources.length, 'source')} before and after: exactly ${plural(moved.length, 'field')} changed.\n${paint.dim(list)}`
}

function rolloutSection(rows: ReturnType<typeof rolloutRows>, paint: Paint): Part<'terminal'> {
  if (rows.length === 0) return ''
  const lines = rows.map(({ source, how }) => terminal`  ${source}: ${how}.`)
  return terminal.join([paint.bold('Rolled out by'), ...lines], '\n')
}

function deliveryLine({ branch, commit, created, pushedTo, pulls, direct }: Delivery): Part<'terminal'> {
  if (pulls !== undefined) {
    const lines = [...pulls.map(pullLine), ...(direct === undefined ? [] : [deliveryLine(direct)])]
    return lines.length === 0 ? 'No pull request is needed.' : terminal.join(lines, '\n')
  }
  if (commit === undefined) return 'Nothing was written.'
  const made = created ? 'Committed' : 'Already committed'
  const pushed = pushedTo === undefined ? '' : `, pushed to ${pushedTo}`
  return `${made} ${commit.slice(0, 10)} on ${branch ?? ''}${pushed}`
}

function pullLine({ number, branch, action, url, reason, merging }: PullOutcome): string {
  const what = number === undefined ? `Pull request of ${branch}` : `Pull request #${number}`
  const said = [reason, merging === undefined ? undefined : `merging: ${merging}`].filter(Boolean).join('; ')
  return [
    `${what} ${action}`,
    ...(said === '' ? [] : [` (${said})`]),
    ...(url === undefined ? [] : [`: ${url}`]),
  ].join('')
}
