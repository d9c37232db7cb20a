import { z } from 'zod'
import type { Forge, FoundIssue, Pull } from '../../deliver/forges/forge.ts'
import type { Decision } from '../../deliver/pulls/decisions.ts'
import { trustOf } from '../../deliver/pulls/trust.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import { checkedBoxes, type DashboardBox } from '../../model/dashboard-box.ts'
import { hiddenJson, readHidden } from '../../model/text/hidden-json.ts'
import type { Markdown } from '../../model/text/markdown.ts'
import { dashboardMarker } from '../../report/dashboard.ts'

const decisionSchema = z.object({
  kind: z.enum(['retry', 'snooze']),
  key: z.string(),
  /** The values that the pull request changed. */
  from: z.string().optional(),
  to: z.string().optional(),
  by: z.string(),
  at: z.iso.datetime(),
  until: z.iso.datetime().optional(),
})
const storedSchema = z.object({ decisions: z.array(decisionSchema) })

/** A decision that somebody made on the dashboard. */
export type DashboardDecision = z.infer<typeof decisionSchema>

/** The dashboard issue, and what people with push access decided on it. */
export interface ReadDashboard {
  readonly issue?: FoundIssue | undefined
  /** To be kept in the text: nothing else stores them. */
  readonly decisions: readonly DashboardDecision[]
  /** Branches whose pull requests are opened at once. */
  readonly openNow: ReadonlySet<string>
}

export const noDashboard: ReadDashboard = { decisions: [], openNow: new Set() }

const snoozeDays = 30
const dayMs = 86_400_000

interface ReadRequest {
  readonly pulls: readonly Pull[]
  readonly now: Date
  /** Days for which decisions count. */
  readonly days: number
}

type DashboardForge = Pick<Forge, 'findIssue' | 'lastEdit' | 'mayWrite' | 'account'>

/**
 * Reads the dashboard: boxes that somebody checked who may push, and earlier decisions. A text that anybody else edited last decides
 * nothing, and loses what was kept in it.
 */
export async function readDashboard(forge: DashboardForge, request: ReadRequest): Promise<ReadDashboard> {
  const issue = await forge.findIssue(dashboardMarker)
  if (issue === undefined) return noDashboard
  const kept = readHidden(issue.body, storedSchema)?.decisions ?? []
  const boxes = checkedBoxes(issue.body)
  if (kept.length === 0 && boxes.length === 0) return { ...noDashboard, issue }
  const edit = await forge.lastEdit(issue.number, 'issue')
  const trust = trustOf(forge)
  const writer = edit?.by ?? issue.author
  if (writer === undefined || !(await trust.writes(writer))) return { ...noDashboard, issue }
  const isPerson = edit !== undefined && (await trust.decides(edit.by))
  const made = isPerson
    ? boxes.flatMap((box) => decisionsOf(box, edit.by.login, { ...request, at: edit.at }))
    : []
  const openNow = isPerson ? boxes.flatMap((box) => (box.does === 'open' ? [box.branch] : [])) : []
  return {
    issue,
    decisions: newestOf([...kept, ...made].filter((one) => isInForce(one, request))),
    openNow: new Set(openNow),
  }
}

/** So many decisions are kept in the text of an issue, which has a limit. */
const mostDecisions = 100

/** The newest decision of each kind about each value. */
const newestOf = (all: readonly DashboardDecision[]): readonly DashboardDecision[] =>
  [...new Map(all.map((one) => [`${one.kind} ${one.key}`, one])).values()].slice(-mostDecisions)

function decisionsOf(
  box: DashboardBox,
  by: string,
  { pulls, at }: Pick<ReadRequest, 'pulls'> & { readonly at: string },
): readonly DashboardDecision[] {
  if (box.does === 'open') return []
  if (box.does === 'retry') return [{ kind: 'retry', key: box.key, by, at }]
  const until = new Date(Date.parse(at) + snoozeDays * dayMs).toISOString()
  const open = pulls.find(({ state, branch }) => state === 'open' && branch === box.branch)
  const items = open === undefined ? [] : (readBlock(open.body)?.items ?? [])
  return items.map(({ key, from, to }) => ({ kind: 'snooze', key, from, to, by, at, until }))
}

const isInForce = ({ at, until }: DashboardDecision, { now, days }: ReadRequest): boolean =>
  Date.parse(at) > now.getTime() - days * dayMs && (until === undefined || Date.parse(until) > now.getTime())

/** Decisions as those that are made on pull requests. */
export const asDecisions = (decisions: readonly DashboardDecision[]): readonly Decision[] =>
  decisions.map(({ key, from = '', to = '', until, ...one }) => ({
    ...one,
    item: { key, from, to },
    place: 'the dashboard',
    ...(until === undefined ? {} : { until }),
  }))

/** The comment in which decisions are kept; nothing without any. */
export const storedDecisions = (decisions: readonly DashboardDecision[]): Markdown | undefined =>
  decisions.length === 0 ? undefined : hiddenJson({ decisions })
