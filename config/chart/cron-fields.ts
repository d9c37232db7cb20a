/** What a field of a cron expression is made of, as regular expressions of Go. */
interface CronField {
  readonly name: string
  /** A number in bounds, without leading zeros. */
  readonly number: string
  /** Names in place of numbers, long ones first. */
  readonly names?: string
  /** Other items of a list, beside numbers, ranges and steps. */
  readonly special?: readonly string[]
  /** Whether `?` can be the whole field. */
  readonly any?: boolean
}

const below60 = '[1-5]?[0-9]'
const dayNumber = '(?:[1-9]|[12][0-9]|3[01])'
const monthNames =
  'january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec'
const dayNames = 'sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat'

/** The fields of a schedule of the daemon, which node-cron reads. With five fields, the first is left out. */
const daemonFields: readonly CronField[] = [
  { name: 'second', number: below60 },
  { name: 'minute', number: below60 },
  { name: 'hour', number: '(?:1?[0-9]|2[0-3])' },
  {
    name: 'day of the month',
    number: dayNumber,
    special: ['l', 'l-0?[1-9]', 'l-[12][0-9]', 'l-30', 'lw', '0?[1-9]w', '[12][0-9]w', '3[01]w'],
    any: true,
  },
  { name: 'month', number: '(?:[1-9]|1[0-2])', names: monthNames },
  {
    name: 'weekday',
    number: '[0-7]',
    names: dayNames,
    special: [`(?:[0-7]|${dayNames})l`, `(?:[0-7]|${dayNames})#[1-5]`],
    any: true,
  },
]

/** The fields of a CronJob's schedule. https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format */
const jobFields: readonly CronField[] = [
  { name: 'minute', number: below60 },
  { name: 'hour', number: '(?:1?[0-9]|2[0-3])' },
  { name: 'day of the month', number: dayNumber },
  { name: 'month', number: '(?:[1-9]|1[0-2])', names: shortOf(monthNames) },
  { name: 'weekday', number: '[0-6]', names: shortOf(dayNames) },
]

function shortOf(names: string): string {
  return names
    .split('|')
    .filter((name) => name.length === 3)
    .join('|')
}

const step = '(?:/0*[1-9][0-9]*)'

/** What an item of a list is in node-cron: a step needs `*` or a range. */
function daemonItem({ number, names, special = [] }: CronField): string {
  const value = atomOf(number, names)
  return `(?:\\*|${value}-${value})${step}?|${[value, ...special].join('|')}`
}

/** What an item of a list is in the schedule of a CronJob: a number may have a step too. */
const jobItem = ({ number, names }: CronField): string =>
  `(?:[*?]|${atomOf(number, names)}(?:-${atomOf(number, names)})?)${step}?`

const atomOf = (number: string, names: string | undefined): string =>
  names === undefined ? `0*${number}` : `(?:0*${number}|${names})`

const listed = (fields: readonly CronField[], itemOf: (field: CronField) => string): string =>
  fields
    .map((one) => `- { name: ${one.name}, any: ${one.any ?? false}, item: '(?i)^(?:${itemOf(one)})$' }`)
    .join('\n')

/** The template with the fields of schedules, as the daemon and the API server read them. */
export const cronFieldsTemplate =
  (): string => `{{/* Written from config/chart/cron-fields.ts by \`npm run schemas\`. An item is one of those that commas separate. */}}

{{- define "tortoise.daemonFields" -}}
${listed(daemonFields, daemonItem)}
{{- end -}}

{{- define "tortoise.jobFields" -}}
${listed(jobFields, jobItem)}
{{- end -}}
`
