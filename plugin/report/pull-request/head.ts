import { isTakenBack } from '../../model/health.ts'
import { plural } from '../../model/plural.ts'
import type { Emergency, ProposedChange, ScopedProposal } from '../../model/proposal.ts'
import { cutInert, type Inert, inert } from '../../model/text/inert.ts'
import { code, type Markdown, markdown, moreThan } from '../../model/text/markdown.ts'
import { readValue } from '../../model/value.ts'
import { workloadKey } from '../../model/workload.ts'
import { rowOf } from '../rows.ts'
import type { Line } from './lines.ts'
import { costClause, type PricedChange } from './priced.ts'

/** How many workloads changes belong to. */
export const count = (changes: readonly ProposedChange[]): number =>
  new Set(changes.map(({ cluster, workload }) => `${cluster} ${workloadKey(workload)}`)).size

/** How many values are raised, lowered, and set where one of the two values is not an amount. */
function movesOf(changes: readonly ProposedChange[]) {
  const moves = changes.map(({ field, from, to }) => {
    const [before, after] = [readValue(field, from), readValue(field, to)]
    return before === undefined || after === undefined ? 0 : Math.sign(after - before)
  })
  const many = (sign: number): number => moves.filter((one) => one === sign).length
  return { raise: many(1), lower: many(-1), set: many(0) }
}

/** `raise 3, lower 1`. */
const effectOf = (changes: readonly ProposedChange[]): string =>
  Object.entries(movesOf(changes))
    .flatMap(([verb, many]) => (many === 0 ? [] : [`${verb} ${many}`]))
    .join(', ')

/** The title: the workloads and how many values are raised and lowered. */
export function pullTitle({ scope, proposal: { changes, emergency } }: ScopedProposal): Inert {
  const rows = changes.map(rowOf)
  const [first] = rows
  const workloads = count(changes)
  const what = workloads === 1 && first !== undefined ? first.workload : plural(workloads, 'workload')
  if (emergency !== undefined)
    return cutInert(
      inert`fix(resources): emergency for ${what} until ${emergency.until}: ${effectOf(changes)}`,
      200,
    )
  if (changes.every(isTakenBack))
    return cutInert(
      inert`fix(resources): take back values of ${what} that did harm: ${effectOf(changes)}`,
      200,
    )
  const where = scope === '' ? '' : ` (${scope})`
  return cutInert(inert`perf(resources): right-size ${`${what}${where}`}: ${effectOf(changes)}`, 200)
}

const verbs = { raise: 'raises', lower: 'lowers', set: 'sets' } as const

/** `raises 2 and lowers 4 values`. */
export function movesText(changes: readonly ProposedChange[]): string {
  const moves = movesOf(changes)
  const parts = (['raise', 'lower', 'set'] as const).flatMap((verb) =>
    moves[verb] === 0 ? [] : [{ verb: verbs[verb], many: moves[verb] }],
  )
  const words = parts.map(({ verb, many }, nth) =>
    nth === parts.length - 1 ? `${verb} ${plural(many, 'value')}` : `${verb} ${many}`,
  )
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(' and ')
}

/** `Raises 2 and lowers 4 values`. */
function whatChanges(changes: readonly ProposedChange[]): string {
  const text = movesText(changes)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

const mostReasons = 5

/** What got worse, once for each reason. */
function takenBackReasons(changes: readonly ProposedChange[]): Markdown {
  const texts = changes
    .flatMap(({ because }) => because.filter((one) => isTakenBack({ because: [one] })))
    .map(({ text }) => text)
  const unique = [...new Set(texts)]
  const lines = unique.slice(0, mostReasons).map((text) => markdown`- ${text}`)
  const more = unique.length > mostReasons ? [markdown`-${moreThan(mostReasons, unique)}`] : []
  return markdown.join([...lines, ...more], '\n')
}

/** The values that an emergency does not raise, as a list. */
function notRaised({ notRaised: texts = [] }: Emergency): Markdown | '' {
  if (texts.length === 0) return ''
  const lines = texts.slice(0, mostReasons).map((text) => markdown`- ${text}`)
  const more = texts.length > mostReasons ? [markdown`-${moreThan(mostReasons, texts)}`] : []
  return markdown`\n\nNot raised:\n\n${markdown.join([...lines, ...more], '\n')}`
}

/** The first lines: what changes for whom, what it saves, and whether anything is raised. */
export function headOf(
  { scope, proposal: { changes, emergency } }: ScopedProposal,
  lines: readonly Line[],
  priced?: PricedChange,
): Markdown {
  const workloads = count(changes)
  const whose = workloads === 1 ? code(lines[0]?.row.workload ?? '') : plural(workloads, 'workload')
  const where = scope === '' ? '' : markdown` (${scope})`
  if (emergency !== undefined)
    return markdown`**Emergency until ${emergency.until}: ${whatChanges(changes)} of ${whose}.** ${emergency.reason === undefined ? '' : markdown`Reason: ${emergency.reason}. `}After that, the minimum of HPAs falls by half with each run, and requests go back. Close this pull request if it is not needed.${notRaised(emergency)}`
  if (changes.every(isTakenBack))
    return markdown`**${whatChanges(changes)} of ${whose} back, because the last change did harm**${costClause(priced)}. Tortoise updates this text and the branch until you merge or close the pull request.\n\n${takenBackReasons(changes)}`
  const raised = lines.some(({ row }) => row.rises)
  const rises =
    movesOf(changes).raise === 0
      ? markdown` Nothing is raised.`
      : raised && workloads > 1
        ? markdown` Workloads with a raised request are listed first.`
        : ''
  return markdown`**${whatChanges(changes)} of ${whose}**${where}${costClause(priced)}.${rises} Tortoise updates this text and the branch until you merge or close the pull request.`
}
