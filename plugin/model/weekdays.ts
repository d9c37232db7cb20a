/** The weekdays in the order of the week, as settings name them. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

/** The names of weekdays by their number in `Date` and in cron expressions: 0 is Sunday. `Intl` has the same in English. */
export const dayNames: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** The numbers of weekdays in the order of the week. */
export const week: readonly number[] = [1, 2, 3, 4, 5, 6, 0]
