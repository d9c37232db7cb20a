import { z } from 'zod'
import { oneLine } from '../model/escape-markdown.ts'
import { plural } from '../model/plural.ts'
import type { FieldHistory, ValueEvent } from '../model/value-history.ts'
import { workloadLabel } from '../model/workload.ts'
import type { Paint } from './paint.ts'

const eventSchema = z.object({
  kind: z
    .enum(['set', 'reverted', 'edited'])
    .describe('`set` by us; `reverted`: given back the value it had before; `edited`: given another.'),
  from: z.string(),
  to: z.string(),
  commit: z
    .object({
      id: z.string(),
      at: z.string().describe('ISO 8601.'),
      by: z.string().describe('Author.'),
      subject: z.string(),
      pull: z.number().int().optional().describe('The pull request it came by.'),
    })
    .optional()
    .describe('Absent when no commit can be named.'),
  among: z.number().int().optional().describe('So many commits may have done it; the newest is named.'),
  rules: z.array(z.string()).describe('The rules that fired, for what we set.'),
  evidence: z.string().optional().describe('Fingerprint of the reasons, for what we set.'),
  file: z.string().optional().describe('The file that was edited.'),
})

/** The format of `explain --history -o json`. */
export const historySchema = z
  .object({
    kind: z.literal('TortoiseHistory'),
    version: z.literal(1),
    complete: z.boolean().describe('False when older commits are not in this clone, or were not read.'),
    fields: z.array(
      z.object({
        cluster: z.string().optional(),
        workload: z.object({ namespace: z.string(), kind: z.string(), name: z.string() }),
        container: z.string().optional(),
        field: z.string().describe('`requests.cpu`, `hpa.target.cpu`, `env.GOMAXPROCS` …'),
        now: z.string().optional().describe('As rendered at the head of the base branch.'),
        events: z.array(eventSchema).describe('Oldest first.'),
      }),
    ),
  })
  .describe('What happened to the values of a workload on the base branch.')

/** What is told of the past of some values. */
export interface Past {
  readonly fields: readonly FieldHistory[]
  readonly complete: boolean
}

/** The past of values as JSON, in the format of `historySchema`. */
export const jsonHistory = ({ fields, complete }: Past): object => ({
  kind: 'TortoiseHistory',
  version: 1,
  complete,
  fields,
})

/** The past of values for people, a line an event. */
export function historyForPeople({ fields, complete }: Past, paint: Paint): string {
  const lines: string[] = []
  let heading = ''
  for (const one of fields) {
    const own = [one.cluster, `${one.workload.namespace}/${workloadLabel(one.workload)}`]
      .filter((part) => part !== undefined)
      .map(oneLine)
      .join(' · ')
    if (own !== heading) lines.push(paint.bold(own))
    heading = own
    const label = [one.container, one.field].filter((part) => part !== undefined).join(' ')
    const now = one.now === undefined ? 'not declared any more' : `${oneLine(one.now)} now`
    lines.push(`  ${oneLine(label)}: ${now}${one.events.length === 0 ? ', never set by us' : ''}`)
    lines.push(...one.events.map((event) => paint.dim(`      ${eventLine(event)}`)))
  }
  if (!complete) lines.push(paint.dim('Older commits are not in this clone, or were not read.'))
  return `${lines.join('\n')}\n`
}

function eventLine({ kind, from, to, commit, among, rules, evidence }: ValueEvent): string {
  const values = `${oneLine(from) || 'unset'} → ${oneLine(to) || 'unset'}`
  if (commit === undefined) return `${' '.repeat(10)}  ${values}  ${kind}, no commit tells by whom`
  const { id, at, by, subject, pull } = commit
  const where = `${id.slice(0, 10)}${pull === undefined ? '' : ` (#${pull})`}`
  const said =
    kind === 'set'
      ? [rules.join(', '), evidence === undefined ? '' : `evidence ${evidence}`].filter(Boolean).join('; ')
      : `"${oneLine(subject)}"${among === undefined ? '' : `, or one of ${plural(among - 1, 'commit')} before it`}`
  return [at.slice(0, 10), values, `${kind} by ${oneLine(by)} in ${where}`, said].filter(Boolean).join('  ')
}
