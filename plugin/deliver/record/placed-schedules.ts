import { noSchedule, ownPrefix } from '../../model/cron-schedule.ts'
import { scheduleIn } from '../../model/cron-triggers.ts'
import type { JsonObject } from '../../model/json.ts'
import type { YamlPath } from '../../model/site.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { type PlacedScalars, placeKey } from './placed-scalars.ts'

/** The schedules that the cron triggers of Tortoise in a file make up, as texts by the place of their list. */
function placedSchedules(scalars: PlacedScalars): ReadonlyMap<string, string> {
  const lists = new Map<string, JsonObject[]>()
  for (const { document, path, value, siblings } of scalars.values()) {
    const [name, list] = [siblings.get('name'), listAround(path)]
    if (list === undefined || value !== 'cron' || name?.startsWith(ownPrefix) !== true) continue
    const at = (key: string) =>
      scalars.get(placeKey(document, [...path.slice(0, -1), 'metadata', key]))?.value
    const metadata = Object.fromEntries(
      ['timezone', 'start', 'end', 'desiredReplicas'].map((key) => [key, at(key) ?? '']),
    )
    const key = placeKey(document, list)
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
  const at = (key: string) => scalars.get(placeKey(document, [...trigger, key]))?.value
  return at('type') === 'cron' && at('name')?.startsWith(ownPrefix) === true
}

/** The list that a trigger is in, by the path of its type: of triggers, or of operations with a trigger each. */
function listAround(path: YamlPath): YamlPath | undefined {
  if (path.at(-1) !== 'type') return undefined
  if (typeof path.at(-2) === 'number') return path.slice(0, -2)
  return path.at(-2) === 'value' && typeof path.at(-3) === 'number' ? path.slice(0, -3) : undefined
}
