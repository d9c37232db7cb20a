import { settingsSchema } from '../../../../../config/schema.ts'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import type { DeclaredContainer } from '../../../../../plugin/model/declared-container.ts'
import type { ContainerUsage, Observation } from '../../../../../plugin/model/observation.ts'
import type { Change, Recommendation } from '../../../../../plugin/model/recommendation.ts'
import type { SketchScale } from '../../../../../plugin/model/sketch.ts'
import {
  addSample,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
} from '../../../../../plugin/model/sketch.ts'
import { printValue } from '../../../../../plugin/model/value.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import { observationWith, workload } from '../../builders.ts'

export const Mi = 1024 ** 2
const targetUtilization = { minimum: 50, maximum: 80 }
const { profile: _, ...options } = settingsSchema.parse({ recommend: { targetUtilization } }).recommend

export const usageOf = (scale: SketchScale, values: readonly number[]) => {
  const buffer = emptySketch()
  for (const value of values) addSample(buffer, scale, value)
  return { sketch: finishSketch(buffer), peak: Math.max(...values), samples: values.length }
}

/** A container that uses a constant amount. */
export const constantUsage = (
  container: string,
  cpu: number,
  memory: number,
  oomKills = 0,
): ContainerUsage => ({
  container,
  cpu: usageOf(cpuScale, Array(100).fill(cpu)),
  memory: usageOf(memoryScale, Array(100).fill(memory)),
  oomKills,
})

export const observationOf = (
  containers: readonly ContainerUsage[],
  more: Partial<Observation> = {},
): Observation => observationWith({ containers, ...more })

export const container = (
  values: DeclaredContainer['values'],
  name = 'app',
  role: DeclaredContainer['role'] = 'main',
) => ({ name, role, values })

export interface RecommendInput {
  readonly containers: readonly DeclaredContainer[]
  readonly autoscaler?: DeclaredAutoscaler
  readonly observation?: Observation
  readonly rules?: Parameters<typeof recommend>[2]['rules']
  readonly lastChange?: Parameters<typeof recommend>[2]['lastChange']
  readonly reviewDays?: number
}

export function recommendFor({
  containers,
  autoscaler,
  observation,
  rules = [],
  lastChange = () => undefined,
  reviewDays = options.reviewDays,
}: RecommendInput): readonly Recommendation[] {
  const declared = { workload, containers, ...(autoscaler === undefined ? {} : { autoscaler }) }
  return recommend(
    { cluster: 'prod', workloads: [declared] },
    observation === undefined ? [] : [observation],
    { options: { ...options, reviewDays }, rules, lastChange },
  )
}

export const verdicts = (answer: readonly Recommendation[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    answer.map((one) => [one.field, one.verdict === 'change' ? printValue(one.field, one.to) : one.verdict]),
  )

export const reasonsOf = (answer: readonly Recommendation[], field: string): readonly string[] =>
  answer
    .filter((one): one is Change => one.field === field && one.verdict !== 'unsure')
    .flatMap(({ because }) => because.map(({ rule }) => rule))
