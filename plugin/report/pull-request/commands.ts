import { type Markdown, markdown } from '../../model/text/markdown.ts'

/** The section that says how to decline, snooze, ignore, pin or split. `reconsider` is in percent. */
export const howTo = (
  reconsider: number,
): Markdown => markdown`<details><summary>Decline, snooze, ignore, pin or split</summary>

Close this pull request to decline. Tortoise proposes these values again only if they change by more than ${reconsider} %.

For anything else, write one of these commands on a line of its own in a comment. The next run reads the comments of users with push access.

| Command | Effect |
|---|---|
| \`/tortoise snooze 30d\` | Tortoise does not propose these values for 30 days. |
| \`/tortoise ignore Deployment/api\` | Tortoise never proposes the values of this workload again. Add a container or a field for less, or name nothing for all values here. |
| \`/tortoise pin 500m Deployment/api app requests.cpu\` | Tortoise keeps this value at 500m. |
| \`/tortoise split Deployment/api\` | Tortoise moves this workload to a pull request of its own. |
| \`/tortoise retry\` | Tortoise forgets these decisions and proposes the values again. |

After the merge: if you edit a value, Tortoise does not move it back past your value. If you revert the commit, that counts as declined.

- [ ] <!-- /tortoise snooze 30d -->Snooze for 30 days
- [ ] <!-- /tortoise retry -->Forget earlier decisions and propose these values again

</details>`
