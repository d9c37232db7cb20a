import type { Settings } from '../../config/schema.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import { toBytes, toMillicores } from '../model/quantity.ts'

/** The planned events that are not over. */
export const eventsNow = (events: Settings['events'], now: Date): readonly PlannedEvent[] =>
  events.flatMap(({ name, match, from, to, minReplicas, minRequests, leadHours }) =>
    now.getTime() < Date.parse(to)
      ? [
          {
            ...{ name, match, to, isOn: Date.parse(from) - leadHours * 3_600_000 <= now.getTime() },
            ...(minReplicas !== undefined && {
              minReplicas: minReplicas === 'max' ? Number.POSITIVE_INFINITY : minReplicas,
            }),
            ...(minRequests && { minRequests: amountsOf(minRequests) }),
          },
        ]
      : [],
  )

/** Amounts by container, in millicores and bytes. */
const amountsOf = (
  texts: Readonly<
    Record<string, { readonly cpu?: string | undefined; readonly memory?: string | undefined }>
  >,
): NonNullable<PlannedEvent['minRequests']> =>
  Object.fromEntries(
    Object.entries(texts).map(([container, { cpu = '0', memory = '0' }]) => [
      container,
      { cpu: toMillicores(cpu) ?? 0, memory: toBytes(memory) ?? 0 },
    ]),
  )
