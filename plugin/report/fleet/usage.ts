import type { FleetContainer } from '../../model/fleet.ts'
import type { ContainerUsage, Observation, ReplicaHistory } from '../../model/observation.ts'
import { packBytes, unpackBytes } from '../../model/packing.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { rounded } from '../../model/rounded.ts'
import { countValues, type Series } from '../../model/series.ts'
import { readValue } from '../../model/value.ts'
import { dailyFigures, percentilesOf, unitOf } from '../daily-figures.ts'
import type { FleetRow, FleetUsage } from '../json/fleet.ts'

const hour = 3600

/** The containers and values of a workload whose usage is shown. */
export interface UsageInput {
  readonly observation: Observation
  readonly containers: readonly FleetContainer[]
  readonly changes: readonly ProposedChange[]
}

/** Usage by container: percentiles, days and hours, with requests and limits before and after. */
export const usageRows = ({ observation, containers, changes }: UsageInput): FleetRow['usage'] =>
  observation.containers.map((usage) => {
    const declared = containers.find(({ name }) => name === usage.container)
    const own = changes.filter(({ container }) => container === usage.container)
    const [cpu, memory] = (['cpu', 'memory'] as const).map((resource) =>
      resourceRow(resource, usage, { declared, changes: own }),
    )
    const killTimes = [...(usage.oomTimes ?? [])].sort((one, other) => one - other)
    return { container: usage.container, killTimes, ...(cpu && { cpu }), ...(memory && { memory }) }
  })

interface Values {
  readonly declared: FleetContainer | undefined
  readonly changes: readonly ProposedChange[]
}

function resourceRow(
  resource: 'cpu' | 'memory',
  { [resource]: used }: ContainerUsage,
  values: Values,
): FleetUsage | undefined {
  if (used === undefined) return undefined
  const unit = unitOf(resource)
  const of = percentilesOf(resource, used)
  const days = dailyFigures(resource, used)
  const hours = used.highest && hourly(used.highest)
  return {
    ...bounds(resource, values, unit),
    ...{ p50: of(0.5), p95: of(0.95), p99: of(0.99), peak: Math.round(used.peak / unit) },
    ...(days && { daily: days }),
    ...(hours && { hourly: hours }),
  }
}

function bounds(
  resource: 'cpu' | 'memory',
  { declared, changes }: Values,
  unit: number,
): Pick<FleetUsage, 'request' | 'limit' | 'newRequest' | 'newLimit'> {
  const [request, limit] = [`requests.${resource}`, `limits.${resource}`] as const
  const read = (field: typeof request | typeof limit, text: string | undefined): number | undefined => {
    const value = text === undefined ? undefined : readValue(field, text)
    return value === undefined ? undefined : rounded(value / unit, 1)
  }
  const proposed = (field: typeof request | typeof limit) =>
    read(field, changes.find((one) => one.field === field)?.to)
  const values = {
    request: read(request, declared?.values[request]),
    limit: read(limit, declared?.values[limit]),
    newRequest: proposed(request),
    newLimit: proposed(limit),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** How many slots make an hour; 1 for longer slots. */
const slotsAnHour = (step: number): number => Math.max(1, Math.round(hour / step))

/** The highest level of each hour: levels have the order of their samples. */
function hourly({ first, step, packed }: Series): FleetUsage['hourly'] {
  const levels = unpackBytes(packed)
  const width = slotsAnHour(step)
  const hours = new Uint8Array(Math.ceil(levels.length / width))
  for (let slot = 0; slot < levels.length; slot += 1) {
    const at = Math.floor(slot / width)
    hours[at] = Math.max(hours[at] ?? 0, levels[slot] ?? 0)
  }
  return { first: first + (width - 1) * step, step: width * step, packed: packBytes(hours) }
}

/** The number of pods, with the most of each hour where it changed. */
export function replicaRow({ min, max, mean, series }: ReplicaHistory): NonNullable<FleetRow['replicas']> {
  const figures = { minimum: min, maximum: max, mean: rounded(mean, 2) }
  if (series === undefined) return figures
  const counts = countValues(series)
  const width = slotsAnHour(series.step)
  const hours = Array.from({ length: Math.ceil(counts.length / width) }, (_, at) => {
    const own = counts.subarray(at * width, (at + 1) * width).filter((count) => !Number.isNaN(count))
    return own.length === 0 ? null : Math.max(...own)
  })
  const { first, step } = series
  return { ...figures, hourly: { first: first + (width - 1) * step, step: width * step, counts: hours } }
}
