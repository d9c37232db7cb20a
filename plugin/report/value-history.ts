import { z } from 'zod'
import { plural } from '../model/plural.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Part } from '../model/text/text.ts'
import type { FieldHistory, ValueEvent } from '../model/value-history.ts'
import { namespacedLabel } from '../model/workload.ts'
import type { Paint } from './paint.ts'

const eventSchema = z.object({
  kind: z
    .enum(['set', 'reverted', 'edited'])
    .describe(
      '`set`: by Tortoise. `reverted`: changed back to the value before. `edited`: changed to another value.',
    ),
  from: z.string(),
  to: z.string(),
  commit: z
    .object({
      id: z.string(),
      at: z.string().describe('ISO 8601.'),
      by: z.string().describe('Author.'),
      subject: z.string(),
      pull: z.number().int().optional().describe('The pull request that merged it.'),
    })
    .optional()
    .describe('Absent when the commit is not known.'),
  among: z
    .number()
    .int()
    .optional()
    .describe('How many commits may have made the change; the newest is named.'),
  rules: z.array(z.string()).describe('The rules that applied, for a value that Tortoise set.'),
  evidence: z.string().optional().describe('Fingerprint of the reasons, for a value that Tortoise set.'),
  file: z.string().optional().describe('The file that was edited.'),
})

/** The format of `explain --history -o json`. */
export const historySchema = z
  .object({
    kind: z.literal('TortoiseHistory'),
    version: z.literal(1),
    complete: z.boolean().describe('False when older commits were not read or are not in this clone.'),
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
  .describe('The history of the values of a workload on the base branch.')

/** The history of some values. */
export interface ValueHistory {
  readonly fields: readonly FieldHistory[]
  readonly complete: boolean
}

/** The history of values as JSON, in the format of `historySchema`. */
export const jsonHistory = ({ fields, complete }: ValueHistory): object => ({
  kind: 'TortoiseHistory',
  version: 1,
  complete,
  fields,
})

/** The history of values for a terminal, one line for each event. */
export function historyForPeople({ fields, complete }: ValueHistory, paint: Paint): Terminal {
  const lines: Part<'terminal'>[] = []
  let heading = ''
  for (const one of fields) {
    const own = [one.cluster, namespacedLabel(one.workload)].filter((part) => part !== undefined).join(' · ')
    if (own !== heading) lines.push(paint.bold(own))
    heading = own
    const label = [one.container, one.field].filter((part) => part !== undefined).join(' ')
    const now = one.now === undefined ? 'no longer declared' : `${one.now} now`
    lines.push(`  ${label}: ${now}${one.events.length === 0 ? ', never set by Tortoise' : ''}`)
    lines.push(...one.events.map((event) => paint.dim(`      ${eventLine(event)}`)))
  }
  if (!complete) lines.push(paint.dim('Older commits were not read or are not in this clone.'))
  return terminal`${terminal.join(lines, '\n')}\n`
}

function eventLine({ kind, from, to, commit, among, rules, evidence }: ValueEvent): string {
  const values = `${from || 'unset'} → ${to || 'unset'}`
  if (commit === undefined) return `${' '.repeat(10)}  ${values}  ${kind}, commit not known`
  const { id, at, by, subject, pull } = commit
  const where = `${id.slice(0, 10)}${pull === undefined ? '' : ` (#${pull})`}`
  const said =
    kind === 'set'
      ? [rules.join(', '), evidence === undefined ? '' : `evidence ${evidence}`].filter(Boolean).join('; ')
      : `"${subject}"${among === undefined ? '' : `, or one of ${plural(among - 1, 'commit')} before it`}`
  return [at.slice(0, 10), values, `${kind} by ${by} in ${where}`, said].filter(Boolean).join('  ')
}
