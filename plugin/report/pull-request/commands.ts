import type { ProposedChange } from '../../model/proposal.ts'
import { code, type Markdown, markdown } from '../../model/text/markdown.ts'
import { workloadLabel } from '../../model/workload.ts'

/** The section that says how to decline, snooze, ignore, pin or split, with the names of a change in it. `reconsider` is in percent. */
export function howTo(reconsider: number, change: ProposedChange): Markdown {
  const { workload, container, field, from, to } = change
  const label = workloadLabel(workload)
  const command = (text: string): Markdown => code(`/tortoise ${text}`)
  const value = [label, container, field].filter(Boolean).join(' ')
  const kept = from || to
  return markdown`<details><summary>Decline, snooze, ignore, pin or split</summary>

Close this pull request to decline. Tortoise proposes these values again only if they change by more than ${reconsider} %.

For anything else, write one of these commands on a line of its own in a comment. The next run reads the comments of users with push access.

| Command | Effect |
|---|---|
| ${command('snooze 30d')} | Tortoise does not propose these values for 30 days. |
| ${command(`ignore ${label}`)} | Tortoise never proposes the values of this workload again. Add a container or a field for less, or name nothing for all values here. |
| ${command(`pin ${kept} ${value}`)} | Tortoise keeps this value at ${kept}. |
| ${command(`split ${label}`)} | Tortoise moves this workload to a pull request of its own. |
| ${command('retry')} | Tortoise forgets these decisions and proposes the values again. |

After the merge: if you edit a value, Tortoise does not move it back past your value. If you revert the commit, that counts as declined.

- [ ] <!-- /tortoise snooze 30d -->Snooze for 30 days
- [ ] <!-- /tortoise retry -->Forget earlier decisions and propose these values again

</details>`
}
