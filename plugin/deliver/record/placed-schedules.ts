import { noSchedule, triggerKeys } from '../../model/cron-schedule.ts'
import { isOwnTrigger, listAround, scheduleIn } from '../../model/cron-triggers.ts'
import type { JsonObject } from '../../model/json.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { type PlacedScalars, placeKey } from './placed-scalars.ts'

/** The schedules that the cron triggers of Tortoise in a file make up, as texts by the place of their list. */
function placedSchedules(scalars: PlacedScalars): ReadonlyMap<string, string> {
  const lists = new Map<string, JsonObject[]>()
  for (const { document, path, value, siblings } of scalars.values()) {
    const [name = '', list] = [siblings.get('name'), listAround(path)]
    if (list === undefined || !isOwnTrigger({ type: value, name })) continue
    const at = (key: string) =>
      scalars.get(placeKey(document, [...path.slice(0, -1), 'metadata', key]))?.value
    const metadata = Object.fromEntries(triggerKeys.map((key) => [key, at(key) ?? '']))
    const key = placeKey(document, list.path)
    lists.set(key, [...(lists.get(key) ?? []), { type: 'cron', name, metadata }])
  }
  return new Map([...lists].map(([key, triggers]) => [key, scheduleIn({ spec: { triggers } }) ?? noSchedule]))
}

/** Whether the schedule of a list became another one between two texts of a file: `none` where no list has it. */
export function movedSchedule(
  before: PlacedScalars,
  after: PlacedScalars,
  { from, to }: { readonly from: string; readonly to: string },
): boolean {
  const [was, is] = [placedSchedules(before), placedSchedules(after)]
  const places = new Set([...was.keys(), ...is.keys()])
  return [...places].some(
    (place) => (was.get(place) ?? noSchedule) === from && (is.get(place) ?? noSchedule) === to,
  )
}

/** Whether a scalar is in a cron trigger of Tortoise. */
export function isInSchedule({ document, path }: FoundScalar, scalars: PlacedScalars): boolean {
  const trigger = path.at(-2) === 'metadata' ? path.slice(0, -2) : path.slice(0, -1)
  const at = (key: string) => scalars.get(placeKey(document, [...trigger, key]))?.value ?? ''
  return isOwnTrigger({ type: at('type'), name: at('name') })
}
