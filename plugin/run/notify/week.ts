import type { NotifySettings } from '../../../config/notify.ts'
import { weekdays } from '../../model/weekdays.ts'

const dayMs = 86_400_000

/** The last day on or before a time that is the weekday of the settings in their time zone: `2026-03-02`. */
export function weekOf(
  now: Date,
  { weekday, timeZone }: Pick<NotifySettings, 'weekday' | 'timeZone'>,
): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(now)
  const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? '0')
  const today = Date.UTC(of('year'), of('month') - 1, of('day'))
  const since = (new Date(today).getUTCDay() - 1 - weekdays.indexOf(weekday) + 14) % 7
  return new Date(today - since * dayMs).toISOString().slice(0, 10)
}
