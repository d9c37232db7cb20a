import {
  type CronSchedule,
  type CronTrigger,
  type CronWindow,
  inOrder,
  noSchedule,
  ownPrefix,
  scheduleText,
  triggerOf,
} from './cron-schedule.ts'
import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from './json.ts'
import { isScaledObject, triggersIn, triggersPath } from './scaler.ts'
import type { ListSite } from './site.ts'
import { week } from './weekdays.ts'

/** Whether a trigger of a ScaledObject is one that Tortoise writes: a cron trigger with a name that begins with `tortoise-`. */
export const isOwnTrigger = (trigger: Json | undefined): trigger is JsonObject =>
  isJsonObject(trigger) &&
  trigger['type'] === 'cron' &&
  textOf(trigger['name'])?.startsWith(ownPrefix) === true

/** What is said of cron triggers with our names that are not as Tortoise writes them. */
const editedSchedule = 'edited by a person'

/**
 * The schedule in the triggers of a ScaledObject, as text: `none` without triggers of ours, `edited by a person` where one of them
 * is not as Tortoise writes it. `undefined` for an object without a list of triggers.
 */
export function scheduleIn(object: JsonObject): string | undefined {
  const triggers = valueAt(object, triggersPath)
  if (!Array.isArray(triggers)) return undefined
  const own = triggers.filter(isOwnTrigger)
  if (own.length === 0) return noSchedule
  const windows = own.map(windowIn)
  const zones = new Set(own.map((one) => textOf(valueAt(one, ['metadata', 'timezone'])) ?? ''))
  const [timeZone = ''] = zones
  const known = windows.filter((one) => one !== undefined)
  if (zones.size > 1 || known.length < own.length) return editedSchedule
  return scheduleText({ timeZone, windows: inOrder(known) })
}

const expression = /^0 (\d{1,2}) \* \* (\*|[0-6](?:[,-][0-6])*)$/

/** The window of a trigger of ours; `undefined` where anything in it differs from what Tortoise writes. */
function windowIn(trigger: JsonObject): CronWindow | undefined {
  const metadata = (key: string): string => textOf(valueAt(trigger, ['metadata', key])) ?? ''
  const [start, end] = [expression.exec(metadata('start')), expression.exec(metadata('end'))]
  const [days, endDays] = [daysIn(start?.[2]), daysIn(end?.[2])]
  const from = Number(start?.[1])
  const length = Number(end?.[1]) - from
  const replicas = Number(metadata('desiredReplicas'))
  // The days of the end are those of the start, or as many days later as the window is long.
  for (let later = 0; later < 7; later += 1) {
    const hours = length + later * 24
    const shifted = days.map((day) => (day + later) % 7)
    if (hours < 1 || shifted.length !== endDays.length || !shifted.every((day) => endDays.includes(day)))
      continue
    const window = { days, from, hours, replicas }
    return isSame(triggerOf(window, metadata('timezone')), trigger) ? window : undefined
  }
  return undefined
}

/** The days of a cron expression, in the order of the week. */
function daysIn(text: string | undefined): readonly number[] {
  if (text === undefined) return []
  const days = text.split(',').flatMap((part) => {
    const [first = 0, last = first] = (part === '*' ? '0-6' : part).split('-').map(Number)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  })
  return week.filter((day) => days.includes(day))
}

function isSame(wanted: CronTrigger, { type: _, name, metadata, ...others }: JsonObject): boolean {
  const keys = isJsonObject(metadata) ? Object.keys(metadata) : []
  return (
    name === wanted.name &&
    Object.keys(others).length === 0 &&
    keys.length === Object.keys(wanted.metadata).length &&
    Object.entries(wanted.metadata).every(([key, value]) => textOf(valueAt(metadata, [key])) === value)
  )
}

/** The cron triggers of a schedule, in the order of the week. */
export const triggersOf = ({ windows, timeZone }: CronSchedule): readonly CronTrigger[] =>
  inOrder(windows).map((one) => triggerOf(one, timeZone))

/** A ScaledObject without the triggers of ours. */
export function withoutOwnTriggers(object: JsonObject): JsonObject {
  const { spec } = object
  if (!isJsonObject(spec)) return object
  const triggers = triggersIn(object).filter((one) => !isOwnTrigger(one))
  return { ...object, spec: { ...spec, triggers } }
}

/** The list that a trigger in a file is in, by the path of its type: of triggers, or of the operations of a JSON patch that add one each. */
export function listAround(path: ListSite['path']): Pick<ListSite, 'path' | 'operations'> | undefined {
  if (path.at(-1) !== 'type') return undefined
  if (typeof path.at(-2) === 'number') return { path: path.slice(0, -2) }
  return path.at(-2) === 'value' && typeof path.at(-3) === 'number'
    ? { path: path.slice(0, -3), operations: true }
    : undefined
}

/** What a ScaledObject says of its schedule. */
export interface DeclaredSchedule {
  /** As text; see `scheduleIn`. */
  readonly text: string
  /** Why Tortoise writes no cron triggers into it, as a sentence; absent when it may. */
  readonly obstacle?: string
}

/** The schedule of a ScaledObject; `undefined` for other objects, and without a list of triggers. */
export function declaredSchedule(object: JsonObject): DeclaredSchedule | undefined {
  const text = isScaledObject(object) ? scheduleIn(object) : undefined
  if (text === undefined) return undefined
  const obstacle = obstacleIn(object)
  return { text, ...(obstacle === undefined ? {} : { obstacle }) }
}

function obstacleIn(object: JsonObject): string | undefined {
  const at = (...path: readonly string[]): string | undefined => textOf(valueAt(object, ['spec', ...path]))
  const [least = '0', idle] = [at('minReplicaCount'), at('idleReplicaCount')]
  if (least === '0' || idle !== undefined)
    return 'The ScaledObject may scale to fewer pods while nothing is to do. A cron trigger would keep pods without work, so none is written.'
  const own = triggersIn(object).filter((one) => valueAt(one, ['type']) === 'cron')
  if (own.some((one) => !isOwnTrigger(one)))
    return 'The ScaledObject has cron triggers that a person wrote. Their schedule is kept, and none is added.'
  if (at('advanced', 'scalingModifiers', 'formula') !== undefined)
    return 'A formula (`scalingModifiers`) decides the number of pods of the ScaledObject, so a cron trigger has no effect of its own.'
  return undefined
}
