import { z } from 'zod'
import { fieldLabel, sourceFieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import type { FollowedChange, HealthVerdict } from '../model/health.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import { sum } from '../model/sum.ts'
import { code, type Markdown, markdown, moreThan, unbroken } from '../model/text/markdown.ts'
import { namespacedLabel, sourceWorkloadKey } from '../model/workload.ts'
import { costClause, soFarClause } from './fleet/format.ts'
import { address } from './json/words.ts'

type Followed = readonly FollowedChange[]

/** What became of a change, as people read it. */
const verdicts: Readonly<Record<HealthVerdict, string>> = {
  hurt: 'did harm',
  waiting: 'not in the cluster yet',
  unclear: 'unclear',
  open: 'followed',
  held: 'held',
  replaced: 'replaced',
  'taken-back': 'taken back',
}
/** The order in which verdicts are listed: what somebody may have to act on comes first. */
const order = Object.keys(verdicts) as readonly HealthVerdict[]

/** The format of what became of earlier changes. */
export const followedSchema = z.array(
  z.object({
    ...address,
    verdict: z
      .enum(order as [HealthVerdict, ...HealthVerdict[]])
      .describe(
        '`open`: still followed. `held`: nothing got worse. `hurt`: something got worse that the change can have caused. `waiting`: not in the cluster. `unclear`: many workloads fared the same, or nothing is recorded. `taken-back`: restored by a later commit. `replaced`: changed again before its days were over.',
      ),
    edit: z.object({
      from: z.string(),
      to: z.string(),
      rules: z.array(z.string()),
      at: z.string().describe('ISO 8601.'),
      daysAgo: z.number(),
      commit: z.string(),
    }),
    signs: z
      .array(z.object({ rule: z.string(), text: z.string() }))
      .describe('What got worse, with figures before and after.'),
    figures: z.array(z.string()).describe('Figures of the days that it was followed.'),
    daysRolledOut: z
      .number()
      .optional()
      .describe('Days from its rollout to the end of the window; absent where that is not known.'),
    cost: z
      .object({
        aMonth: z.number().describe('Added to the cost of a month; negative where it saves.'),
        soFar: z.number().describe('Added since the change.'),
      })
      .optional()
      .describe('At the prices of settings; for requests only.'),
  }),
)

/** Values that are in force: the newest change of each field that nothing replaced. */
export function inForce(followed: Followed): Followed {
  const newest = groupBy(followed, sourceFieldKey)
  return [...newest.values()].flatMap(([one]) =>
    one === undefined || one.verdict === 'replaced' || one.verdict === 'taken-back' ? [] : [one],
  )
}

/** What changes that are in force add to the cost of a month, and what all have added so far; negative where they save. */
export const mergedCost = (followed: Followed): { readonly aMonth: number; readonly soFar: number } => ({
  aMonth: sum(inForce(followed).map(({ cost }) => cost?.aMonth ?? 0)),
  soFar: sum(followed.map(({ cost }) => cost?.soFar ?? 0)),
})

/**
 * How many earlier changes held, and what all of them save, as sentences: `Of 14 values that Tortoise changed lately, 11 held.`;
 * `undefined` without any.
 */
export function followedHead({
  followed = [],
  backtest,
}: Pick<Plan, 'followed' | 'backtest'>): string | undefined {
  if (followed.length === 0) return undefined
  const counts = order.flatMap((verdict) => {
    const many = followed.filter((one) => one.verdict === verdict).length
    return many === 0 ? [] : [`${many} ${verdicts[verdict]}`]
  })
  const { aMonth: month, soFar } = mergedCost(followed)
  const currency = backtest?.currency ?? ''
  const saved =
    Math.abs(month) < 0.005 && Math.abs(soFar) < 0.005
      ? ''
      : ` They ${costClause(month, currency)} a month, and ${soFarClause(soFar, currency)} so far.`
  return `${plural(followed.length, 'value')} that Tortoise changed lately: ${counts.join(', ')}.${saved}`
}

/** The changes that one commit made of one workload, and what became of them. */
interface FollowedRow {
  readonly at: string
  readonly commit: string
  readonly workload: string
  readonly changes: readonly string[]
  readonly verdict: string
  readonly isOver: boolean
  /** What got worse, or the figures. */
  readonly said: string
}

/** The changes by commit and workload: those that need attention first, then the newest. */
export function followedRows(followed: Followed): readonly FollowedRow[] {
  const groups = groupBy(followed, (one) => `${one.edit.commit}\0${sourceWorkloadKey(one)}`)
  const rows = [...groups.values()].map((members) => ({ members, verdict: worstOf(members) }))
  rows.sort(
    (one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict) || timeOf(one) - timeOf(other),
  )
  return rows.flatMap(({ members, verdict }): readonly FollowedRow[] => {
    const [first] = members
    if (first === undefined) return []
    const { edit, cluster, workload } = first
    const signs = members.flatMap((one) => one.signs.map(({ text }) => text))
    const texts = signs.length > 0 ? signs : members.flatMap(({ figures }) => figures)
    return [
      {
        at: edit.at.slice(0, 10),
        commit: edit.commit.slice(0, 10),
        workload: [cluster, namespacedLabel(workload)].filter(Boolean).join(' '),
        changes: members.map((one) => `${fieldLabel(one)} ${one.edit.from} → ${one.edit.to}`),
        verdict: verdicts[verdict],
        isOver: !['hurt', 'waiting', 'unclear'].includes(verdict),
        said: [...new Set(texts)].join(', '),
      },
    ]
  })
}

const worstOf = (members: Followed): HealthVerdict =>
  order.find((verdict) => members.some((one) => one.verdict === verdict)) ?? 'open'

const timeOf = ({ members: [one] }: { readonly members: Followed }): number => one?.edit.daysAgo ?? 0

const mostRows = 50

/** A table of earlier changes and what became of them; nothing without any. */
export function followedTable(plan: Pick<Plan, 'followed' | 'backtest'>): readonly Markdown[] {
  const head = followedHead(plan)
  if (head === undefined) return []
  const rows = followedRows(plan.followed ?? [])
  const lines = rows
    .slice(0, mostRows)
    .map(
      ({ at, commit, workload, changes, verdict, said }) =>
        markdown`| ${unbroken(at)} | ${workload} | ${markdown.join(changes.map(code), ', ')} | ${unbroken(verdict)} | ${said} | ${code(commit)} |`,
    )
  const table = markdown.join(
    [
      markdown`| Merged | Workload | Change | | Since then | Commit |`,
      markdown`|---|---|---|---|---|---|`,
      ...lines,
    ],
    '\n',
  )
  const more = rows.length > mostRows ? [markdown`…${moreThan(mostRows, rows)}`] : []
  return [markdown`${head}`, table, ...more]
}
