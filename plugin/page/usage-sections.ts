import { amount, resourceText } from '../report/fleet/format.ts'
import type { FleetRow, FleetUsage } from '../report/json/fleet.ts'
import { chartData, dayName } from './chart-data.ts'
import { drawChart } from './charts.ts'
import { plainTable } from './detail-sections.ts'
import { el } from './dom.ts'

type Resource = 'cpu' | 'memory'

/** An amount in the unit of charts: `250m`, `1.5 cores`; `320 MiB`, `1.2 GiB`. */
function chartAmount(resource: Resource, value: number): string {
  if (resource === 'cpu') return value >= 1000 ? resourceText('cpu', value / 1000) : `${amount(value)}m`
  return value >= 1024 ? `${amount(value / 1024)} GiB` : `${amount(value)} MiB`
}

/** A chart of usage for each container and resource, with the figures of each day below. */
export function usageSection({ usage, replicas }: FleetRow): HTMLElement | undefined {
  const figures = usage.flatMap(({ container, killTimes, ...resources }) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const own = resources[resource]
      return own === undefined ? [] : [figure({ container, resource, usage: own, killTimes })]
    }),
  )
  if (figures.length === 0) return undefined
  const pods = replicas?.hourly === undefined ? [] : [podsFigure(replicas)]
  return el('section', {}, el('h3', {}, 'Usage'), el('div', { class: 'charts' }, ...figures, ...pods))
}

interface Shown {
  readonly container: string
  readonly resource: Resource
  readonly usage: FleetUsage
  readonly killTimes: readonly number[]
}

const resourceNames = { cpu: 'CPU', memory: 'Memory' } as const

function figure({ container, resource, usage, killTimes }: Shown): HTMLElement {
  const text = (value: number): string => chartAmount(resource, value)
  const said = `${resourceNames[resource]} usage is below ${text(usage.p50)} for half of the time and below ${text(usage.p95)} for 95 % of the time. Its peak is ${text(usage.peak)}.`
  const request = lineText('Request', [usage.request, usage.newRequest], text)
  const limit = lineText('limit', [usage.limit, usage.newLimit], text)
  const data = chartData(usage, resource)
  const marks = resource === 'memory' ? killTimes : []
  const kills = marks.length === 0 ? [] : [['OOM kill', 'kill'] as const]
  const plot = el('div', { class: 'plot', role: 'img', 'aria-label': `${said} ${request}, ${limit}.` })
  const made = el(
    'figure',
    {},
    el(
      'figcaption',
      {},
      el('strong', {}, `${resourceNames[resource]} of ${container}`),
      ` ${request}, ${limit}. ${said}`,
    ),
    plot,
    ...(data === undefined
      ? []
      : [legend([...data.lines.map(({ name, kind }) => [name, kind] as const), ...kills])]),
    ...days(usage, text),
  )
  if (data === undefined) plot.append('No usage by day is recorded.')
  else drawChart(plot, data, { text, marks })
  return made
}

function lineText(
  name: string,
  [now, then]: readonly [number | undefined, number | undefined],
  text: (value: number) => string,
): string {
  const value = now === undefined ? 'none' : text(now)
  return then === undefined ? `${name} ${value}` : `${name} ${value} → ${text(then)}`
}

const legend = (lines: readonly (readonly [name: string, kind: string])[]): HTMLElement =>
  el('ul', { class: 'legend' }, ...lines.map(([name, kind]) => el('li', { class: `key ${kind}` }, name)))

/** The figures of the chart for readers who do not see it. */
function days({ daily }: FleetUsage, text: (value: number) => string): readonly HTMLElement[] {
  if (daily === undefined) return []
  const shown = (value: number | null | undefined): string => (value == null ? '–' : text(value))
  const rows = daily.peak.map((peak, at) => [
    dayName(daily.first + at),
    shown(daily.p95[at]),
    shown(daily.p99[at]),
    shown(peak),
  ])
  return [
    el(
      'details',
      {},
      el('summary', {}, 'Figures by day'),
      plainTable(['Day', '95 % of the time below', '99 % of the time below', 'Peak'], rows, 'Figures by day'),
    ),
  ]
}

function podsFigure({ hourly, minimum, maximum, mean }: NonNullable<FleetRow['replicas']>): HTMLElement {
  const said = `Between ${minimum} and ${maximum} pods ran, ${amount(mean)} on average.`
  const plot = el('div', { class: 'plot', role: 'img', 'aria-label': said })
  const { first, step, counts } = hourly ?? { first: 0, step: 3600, counts: [] }
  const times = counts.map((_, at) => first + at * step)
  drawChart(
    plot,
    { times, top: maximum * 1.1, lines: [{ name: 'Pods', kind: 'pods', values: counts, isStepped: true }] },
    { text: amount, marks: [] },
  )
  return el('figure', {}, el('figcaption', {}, el('strong', {}, 'Pods'), ` ${said}`), plot)
}

/** The HPA, and the recorded demand replayed through it. */
export function scalerSection({ scaler }: FleetRow): HTMLElement | undefined {
  if (scaler === undefined) return undefined
  const { minimum, maximum, targets, simulated } = scaler
  const rows = simulated.map(({ figure: name, current, proposed }) => [
    name,
    String(current),
    proposed === undefined ? '–' : String(proposed),
  ])
  const bounds = `${minimum ?? 1} to ${maximum ?? '?'} pods${targets.length === 0 ? '' : `, target ${targets.join(', ')}`}`
  return el(
    'section',
    {},
    el('h3', {}, 'HPA'),
    el('p', { class: 'where' }, `${bounds}. The recorded demand, replayed through it:`),
    plainTable(['Figure', 'Current values', 'Proposed values'], rows, 'HPA'),
  )
}
