import { z } from 'zod'
import type { ActiveEmergency } from '../model/emergency.ts'
import { groupBy } from '../model/group.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import { namespacedLabel } from '../model/workload.ts'
import type { Paint } from './paint.ts'

/** The format of `emergency list -o json`. */
export const emergenciesSchema = z
  .object({
    kind: z.literal('TortoiseEmergencies'),
    version: z.literal(1),
    emergencies: z.array(
      z.object({
        state: z
          .enum(['on', 'ending', 'waiting'])
          .describe('`waiting`: its branch is not merged. `ending`: it goes down, from `to` to `from`.'),
        branch: z.string().optional().describe('The branch that is not merged.'),
        cluster: z.string().optional(),
        workload: z.object({ namespace: z.string(), kind: z.string(), name: z.string() }),
        container: z.string().optional(),
        field: z.string(),
        from: z.string(),
        to: z.string(),
        at: z
          .string()
          .describe('When it reached the base branch, or the branch that is not merged, ISO 8601.'),
        commit: z.string(),
        until: z.string().describe('When it ends by itself, ISO 8601.'),
      }),
    ),
  })
  .describe('The emergencies that are on, that end, or that wait for a merge.')

/** Active emergencies as JSON, in the format of `emergenciesSchema`. */
export const jsonEmergencies = (emergencies: readonly ActiveEmergency[]): object => ({
  kind: 'TortoiseEmergencies',
  version: 1,
  emergencies,
})

/** Active emergencies for a terminal, a line for each value: with what a value that ends is now, and was before. */
export function emergenciesForPeople(active: readonly ActiveEmergency[], paint: Paint): Terminal {
  if (active.length === 0) return terminal`No emergency is on.\n`
  const lines = [...groupBy(active, nameOf)].flatMap(([name, values]) => [
    name,
    ...values.map(({ state, container, field, from, to, commit }) => {
      const what = container === undefined ? field : `${container} ${field}`
      const how = state === 'ending' ? `ending: now ${to}, goes back to ${from}` : `${from} → ${to}`
      return paint.dim(`  ${what} ${how} (commit ${commit.slice(0, 10)})`)
    }),
  ])
  return terminal`${terminal.join(lines, '\n')}\n`
}

/** `prod shop/Deployment/web until 2026-11-28T17:32:57Z`, and what it waits for; without a time when it ends. */
function nameOf({ state, branch = '', cluster, workload, until }: ActiveEmergency): string {
  const name = [cluster, namespacedLabel(workload)].filter(Boolean).join(' ')
  if (state === 'ending') return name
  return `${name} until ${until}${state === 'waiting' ? `, waiting for a merge of ${branch}` : ''}`
}
