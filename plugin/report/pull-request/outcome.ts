import type { FollowedChange, HealthVerdict } from '../../model/health.ts'
import { sum } from '../../model/sum.ts'
import { code, type Markdown, markdown, moreThan } from '../../model/text/markdown.ts'
import { costClause } from '../fleet/format.ts'
import { followedRows } from '../followed.ts'

const mostRows = 20

/** The worst of some verdicts; `undefined` while one of them is not final. */
export function outcomeOf(followed: readonly FollowedChange[]): HealthVerdict | undefined {
  const has = (verdict: HealthVerdict): boolean => followed.some((one) => one.verdict === verdict)
  if (has('hurt')) return 'hurt'
  if (followed.length === 0 || has('open') || has('waiting')) return undefined
  return (['taken-back', 'unclear', 'replaced', 'held'] as const).find(has)
}

const heads: Readonly<Partial<Record<HealthVerdict, string>>> = {
  held: 'These values held.',
  hurt: 'These values did harm.',
  'taken-back': 'Values of this pull request did harm and were taken back.',
  unclear: 'It is unclear whether these values held.',
  replaced: 'Some of these values were changed again before their days were over.',
}

/** The comment on a merged pull request: what became of its values, with figures, and what they save. */
export function outcomeText(
  outcome: HealthVerdict,
  followed: readonly FollowedChange[],
  { currency, isTakenBack }: { readonly currency: string; readonly isTakenBack: boolean },
): Markdown {
  const rows = followedRows(followed)
  const lines = rows
    .slice(0, mostRows)
    .map(
      ({ workload, verdict, said }) =>
        markdown`- ${code(workload)}: ${verdict}${said === '' ? '' : `; ${said}`}`,
    )
  const more = rows.length > mostRows ? [markdown`-${moreThan(mostRows, rows)}`] : []
  const said = [
    markdown`**${heads[outcome] ?? ''}**`,
    ...costSentence(followed, currency),
    ...(isTakenBack ? [markdown`Tortoise proposes the earlier values again.`] : []),
  ]
  return markdown`${markdown.join(said, ' ')}\n\n${markdown.join([...lines, ...more], '\n')}`
}

function costSentence(followed: readonly FollowedChange[], currency: string): readonly Markdown[] {
  const month = sum(followed.map(({ cost }) => cost?.aMonth ?? 0))
  if (Math.abs(month) < 0.005) return []
  return [markdown`They ${costClause(month, currency)} a month.`]
}
