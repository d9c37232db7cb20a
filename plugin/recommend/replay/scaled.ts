import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import { usageValues } from '../../model/series.ts'
import { cpuScale } from '../../model/sketch.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import { type Demand, type ScaledRun, simulateHpa } from '../hpa/simulate.ts'
import { declaredValue, type ReadField } from './apply.ts'
import { type Span, slotsOf } from './span.ts'

/** What a simulated HPA made of a span. */
export interface Scaled {
  readonly meanPods: number
  readonly atMaximumSeconds: number
  readonly podsAt: (time: number) => number
  /** Pods at the end of the span. */
  readonly last: number
  readonly run: ScaledRun
}

/** Demand of all pods over a span, and the time of its first slot. */
export interface RecordedDemand extends Demand {
  readonly first: number
}

/** The HPA of a workload as declared, and the containers that it looks at; `undefined` without a single CPU target. */
export function autoscalerOf(
  declared: DeclaredWorkload,
  read: ReadField = declaredValue,
):
  | {
      readonly scaler: Autoscaler
      readonly members: readonly string[]
    }
  | undefined {
  const { autoscaler } = declared
  const [target, ...more] = autoscaler?.targets ?? []
  if (autoscaler?.maxReplicas === undefined || target?.resource !== 'cpu' || more.length > 0) return undefined
  const members = declared.containers.filter(
    ({ name, role, values }) =>
      role !== 'init' &&
      values['requests.cpu'] !== undefined &&
      (target.container === undefined || target.container === name),
  )
  const request = members.reduce((sum, member) => sum + (read(member, 'requests.cpu') ?? 0), 0)
  if (request === 0) return undefined
  const { minReplicas = 1, maxReplicas, behavior } = autoscaler
  return {
    scaler: {
      minReplicas,
      maxReplicas,
      utilization: target.utilization,
      request,
      ...(behavior === undefined ? {} : { behavior }),
    },
    members: members.map(({ name }) => name),
  }
}

/** The CPU that all pods of some containers asked for together, as recorded. */
export function demandOf(
  observation: Observation,
  members: readonly string[],
  span: Span,
): RecordedDemand | undefined {
  const used = observation.containers.filter(({ container }) => members.includes(container))
  const [frame] = used.flatMap(({ cpu }) => cpu?.highest ?? [])
  if (frame === undefined || used.length < members.length) return undefined
  const parts = used.map(({ cpu }) => {
    const series = cpu?.total ?? cpu?.highest
    if (series === undefined) return new Float64Array()
    const values = usageValues(series, cpuScale)
    const [start, end] = slotsOf(series, span, values.length)
    return values.subarray(start, end)
  })
  const [start] = slotsOf(frame, span, Number.POSITIVE_INFINITY)
  const values = (parts[0] ?? new Float64Array()).map((_, slot) =>
    parts.reduce((sum, part) => sum + (part[slot] ?? Number.NaN), 0),
  )
  return { values, step: frame.step, first: frame.first + start * frame.step }
}

/** A history is long and a controller looks every 15 seconds; once a minute is near enough for samples of minutes. */
const syncSeconds = 60

/** Runs an HPA on a recorded demand. */
export function scale(demand: RecordedDemand, scaler: Autoscaler, replicas?: number): Scaled {
  const start = replicas === undefined ? {} : { replicas }
  const run = simulateHpa(demand, scaler, { syncSeconds, ...start })
  const last = run.replicas.findLast((pods) => !Number.isNaN(pods)) ?? replicas ?? scaler.minReplicas
  return {
    run,
    last,
    meanPods: run.seconds === 0 ? last : run.podSeconds / run.seconds,
    atMaximumSeconds: run.atMaximumSeconds,
    podsAt: (time) => {
      const pods = run.replicas[Math.round((time - demand.first) / demand.step)] ?? Number.NaN
      return Number.isNaN(pods) ? last : pods
    },
  }
}

/** Share of a run's looks, 0 to 1, at which a ready pod was asked for more than a request. */
export function shareAbove({ podLoads }: ScaledRun, request: number): number {
  if (podLoads.length === 0) return 0
  let above = 0
  for (const load of podLoads) if (load > request) above += 1
  return above / podLoads.length
}
