import { fieldLabel } from '../../model/field.ts'
import type { Outcome } from '../../model/plan.ts'
import { plural } from '../../model/plural.ts'
import { terminal } from '../../model/text/terminal.ts'
import { workloadLabel } from '../../model/workload.ts'
import { runner } from './runner.ts'

/** The runner shows 10 annotations of a level and silently drops the rest. */
const mostShown = 10

/** Writes a notice at the line of each value that should change. If there are too many, the last one counts the rest. */
export function annotate({ plan: { proposal } }: Outcome): void {
  const changes = proposal?.changes ?? []
  const shown = changes.length > mostShown ? mostShown - 1 : mostShown
  for (const { site, workload, container, field, from, to, because } of changes.slice(0, shown)) {
    const what = fieldLabel({ field, ...(container === undefined ? {} : { container }) })
    const why = because.map(({ text }) => text).join(' ')
    const title = terminal`${workloadLabel(workload)} ${what}: ${from || 'unset'} → ${to}`
    runner.notice(why === '' ? title : terminal`${why}`, { title, file: site.file, line: site.line })
  }
  if (changes.length > shown)
    runner.notice(terminal`and ${plural(changes.length - shown, 'more value')}; the summary lists all`)
}
