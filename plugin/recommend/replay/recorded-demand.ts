import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import { usageValues } from '../../model/series.ts'
import { cpuScale } from '../../model/sketch.ts'
import type { Autoscaler } from '../hpa/controller.ts'
import { type Demand, type HpaSimulation, simulateHpa } from '../hpa/simulate.ts'
import { declaredValue, type ReadField } from './apply.ts'
import { type Span, slotsOf } from './span.ts'

/** The pods of a simulated HPA over a span. */
export interface SimulatedPods {
  readonly mean: number
  /** Number of pods at a time, in seconds since 1970. */
  readonly at: (time: number) => number
  /** Number of pods at the end of the span. */
  readonly last: number
  readonly simulation: HpaSimulation
}

/** CPU demand of all pods over a span. */
export interface RecordedDemand extends Demand {
  /** Time of the first slot, in seconds since 1970. */
  readonly first: number
}

/** An HPA with a single CPU target and the names of the containers that it measures. */
export interface MeasuredAutoscaler {
  readonly scaler: Autoscaler
  readonly members: readonly string[]
}

/** The declared HPA of a workload; `undefined` unless CPU is its only target and it has a maximum and a request. */
export function autoscalerOf(
  declared: DeclaredWorkload,
  read: ReadField = declaredValue,
): MeasuredAutoscaler | undefined {
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
  const { utilization } = target
  return {
    scaler: {
      minReplicas,
      maxReplicas,
      utilization,
      request,
      ...(behavior === undefined ? {} : { behavior }),
    },
    members: members.map(({ name }) => name),
  }
}

/** The recorded CPU of all pods of some containers together, in millicores; `undefined` when one of them has no series. */
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

/** The controller evaluates an HPA every 15 seconds. Samples are minutes apart, so once a minute is precise enough and faster. */
const syncSeconds = 60

/** Simulates an HPA on a recorded demand; `replicas` is the number of pods at the start, by default the HPA's minimum. */
export function simulateDemand(demand: RecordedDemand, scaler: Autoscaler, replicas?: number): SimulatedPods {
  const start = replicas === undefined ? {} : { replicas }
  const simulation = simulateHpa(demand, scaler, { syncSeconds, ...start })
  const last = simulation.replicas.findLast((pods) => !Number.isNaN(pods)) ?? replicas ?? scaler.minReplicas
  return {
    simulation,
    last,
    mean: simulation.seconds === 0 ? last : simulation.podSeconds / simulation.seconds,
    at: (time) => {
      const pods = simulation.replicas[Math.round((time - demand.first) / demand.step)] ?? Number.NaN
      return Number.isNaN(pods) ? last : pods
    },
  }
}

/** Share of the controller's evaluations, 0 to 1, at which a ready pod has more load than `request` millicores. */
export function shareAbove({ podLoads }: HpaSimulation, request: number): number {
  if (podLoads.length === 0) return 0
  let above = 0
  // Not for…of: the iterator of an array of 80,000 takes longer than the comparison.
  for (let index = 0; index < podLoads.length; index += 1) if ((podLoads[index] ?? 0) > request) above += 1
  return above / podLoads.length
}
