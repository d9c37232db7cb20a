import type { PlanBacktest } from '../model/backtest.ts'
import { escapeMarkdown, oneLine } from '../model/escape-markdown.ts'
import type { Observation } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange, ScopedProposal } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'
import { workloadKey } from '../model/workload.ts'
import { code } from './code.ts'
import { monthlyCost, type Prices } from './cost.ts'
import { confidence, evidenceSection, observationOf, windowText } from './evidence.ts'
import { backtestHead, backtestLine, backtestsOf } from './plan-backtest.ts'
import { type Row, rowOf } from './rows.ts'

/** What a pull request says besides its changes. */
export interface PullContext {
  readonly observations: readonly Observation[]
  readonly prices?: Prices | undefined
  /** Recorded history under today's values and the new ones. */
  readonly backtest?: PlanBacktest | undefined
  /** Bytes that the text may take. */
  readonly room: number
  /** Where all of it can be read when it does not fit. */
  readonly moreAt?: string | undefined
  /** The commit whose message holds every change: forges link its id. */
  readonly commit?: string | undefined
}

const size = (text: string): number => new TextEncoder().encode(text).length
const count = (changes: readonly ProposedChange[]): number =>
  new Set(changes.map(({ cluster, workload }) => `${cluster} ${workloadKey(workload)}`)).size

/** `3 up, 1 down`; values that are no amounts are counted as set. */
function effectOf(changes: readonly ProposedChange[]): string {
  const moves = changes.map(({ field, from, to }) => {
    const [before, after] = [readValue(field, from), readValue(field, to)]
    return before === undefined || after === undefined ? 0 : Math.sign(after - before)
  })
  const words = (['up', 'down', 'set'] as const).map((word, nth) => {
    const many = moves.filter((one) => one === [1, -1, 0][nth]).length
    return many === 0 ? '' : `${many} ${word}`
  })
  return words.filter(Boolean).join(', ')
}

/** The title: what it is about and what it does. */
export function pullTitle({ scope, proposal: { changes } }: ScopedProposal): string {
  const rows = changes.map(rowOf)
  const [first] = rows
  const workloads = count(changes)
  const what = workloads === 1 && first !== undefined ? first.workload : plural(workloads, 'workload')
  const where = scope === '' ? '' : ` (${scope})`
  const title = oneLine(`perf(resources): right-size ${what}${where}: ${effectOf(changes)}`)
  return title.replace(/@/g, '@\u200b').slice(0, 200)
}

interface Line {
  readonly row: Row
  readonly change: ProposedChange
  readonly observation: Observation | undefined
  readonly cost: string
}

/** Rises first as whole workloads, then by name. */
function linesOf({ proposal }: ScopedProposal, { observations, prices }: PullContext): readonly Line[] {
  const lines = proposal.changes.map((change): Line => {
    const observation = observationOf(observations, change)
    return { row: rowOf(change), change, observation, cost: monthlyCost(change, observation, prices) }
  })
  const owner = ({ change }: Line): string => `${change.cluster ?? ''} ${workloadKey(change.workload)}`
  const rising = new Set(lines.filter(({ row }) => row.rises).map(owner))
  const rank = (line: Line): string => `${rising.has(owner(line)) ? 0 : 1} ${owner(line)}`
  return [...lines].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

/** Above so many values the table holds a line a container. */
const mostDetailed = 60

const blank = '\u00a0'
const sameOwner = (one: Line, other: Line | undefined): boolean =>
  other !== undefined &&
  one.change.cluster === other.change.cluster &&
  workloadKey(one.change.workload) === workloadKey(other.change.workload)

/** `500m → 740m`, never broken between two lines of a cell. */
const move = ({ from, to }: Row): string => `${code(from || 'unset')}${blank}→${blank}**${code(to)}**`

/** A line a value; what is as in the line above is not said again. */
function detailedTable(lines: readonly Line[], priced: boolean): readonly string[] {
  return [
    `| Workload | Container | Field | From → to | | Evidence: confidence |${priced ? ' Monthly |' : ''}`,
    `|---|---|---|---|--:|---|${priced ? '--:|' : ''}`,
    ...lines.map((line, nth) => {
      const { row, observation, cost } = line
      const [above] = nth === 0 ? [] : [lines[nth - 1]]
      const again = sameOwner(line, above)
      const workload = again ? '' : escapeMarkdown(row.workload)
      const container = again && above?.row.container === row.container ? '' : escapeMarkdown(row.container)
      const evidence = again ? '' : `${windowText(observation)}: ${confidence(observation)}`
      const percent = row.percent.replace(' ', blank)
      return `| ${workload} | ${container} | ${row.field} | ${move(row)} | ${percent} | ${evidence} |${priced ? ` ${cost} |` : ''}`
    }),
  ]
}

function shortTable(lines: readonly Line[]): readonly string[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const key = `${line.change.cluster ?? ''} ${workloadKey(line.change.workload)} ${line.row.container}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  const rows = [...groups.values()].map((members) => {
    const [first] = members
    const moves = members.map(({ row }) => `${row.field} ${move(row)}`)
    return `| ${escapeMarkdown(first?.row.workload ?? '')} | ${escapeMarkdown(first?.row.container ?? '')} | ${moves.join('<br>')} | ${confidence(first?.observation)} |`
  })
  return ['| Workload | Container | Change | Confidence |', '|---|---|---|---|', ...rows]
}

/** As many lines as fit, and how many did not. */
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

const howTo = `<details><summary>Ignore, snooze, split, pin or roll back</summary>

Write one of these on a line of its own in a comment; it is read at the next run, from people who may push here.

| Comment | Effect |
|---|---|
| \`/tortoise snooze 30d\` | leaves these values alone for 30 days |
| \`/tortoise ignore Deployment/api\` | never proposes them again (for one workload, container or field; without a name: all) |
| \`/tortoise pin 500m Deployment/api app requests.cpu\` | keeps one value at what you say |
| \`/tortoise split Deployment/api\` | gives it a pull request of its own |
| \`/tortoise retry\` | forgets all of that and asks again |

Closing this pull request declines its values until they move by more than the reconsider setting. A value that you edit after the merge is kept as a bound; reverting the commit is a decision too.

- [ ] <!-- /tortoise snooze 30d -->Snooze for 30 days
- [ ] <!-- /tortoise retry -->Forget earlier decisions and ask again

</details>`

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

/** The body of a pull request, never more than its room: the table comes first, evidence as far as it fits. */
export function pullBody(part: ScopedProposal, context: PullContext): string {
  const lines = linesOf(part, context)
  const { changes } = part.proposal
  const raised = lines.filter(({ row }) => row.rises).length
  const head = `**${plural(changes.length, 'value')} of ${plural(count(changes), 'workload')}**${part.scope === '' ? '' : ` (${escapeMarkdown(part.scope)})`} no longer fit${changes.length === 1 ? 's' : ''} what was seen: ${raised === 0 ? 'no request is raised' : `${plural(raised, 'request')} raised, listed first`}. This text and its branch are kept up to date until it is merged or closed.`
  const replayed = backtestsOf(context.backtest, changes)
  const currency = context.backtest?.currency ?? ''
  const total = backtestHead(replayed, currency)
  const priced = context.prices !== undefined
  const rest = [proofSection(part), howTo]
  const fixed = size([head, total, ...rest].join('\n\n')) + 400
  const table = fitted(
    changes.length > mostDetailed ? shortTable(lines) : detailedTable(lines, priced),
    context.room - fixed,
  )
  let left = context.room - fixed - size(table.text)
  const sections: string[] = []
  for (const members of byWorkload(lines)) {
    const section = evidenceSection(
      members.map(({ change }) => change),
      members[0]?.observation,
      backtestsOf(
        context.backtest,
        members.map(({ change }) => change),
      ).map((one) => backtestLine(one, currency)),
    )
    if (size(section) + 2 > left) break
    left -= size(section) + 2
    sections.push(section)
  }
  const missing = count(changes) - sections.length
  const { moreAt, commit } = context
  const where = `the message of ${commit ?? 'the commit'} holds every change${moreAt === undefined ? '' : `, and [the run](${moreAt}) all of it`}`
  return [
    head,
    ...(total === '' ? [] : [escapeMarkdown(total)]),
    table.text,
    ...(table.left > 0 ? [`…and ${plural(table.left, 'line')} more: ${where}.`] : []),
    '### Evidence',
    ...sections,
    ...(missing > 0
      ? [`The evidence of ${plural(missing, 'more workload')} does not fit here: ${where}.`]
      : []),
    ...rest,
  ].join('\n\n')
}
