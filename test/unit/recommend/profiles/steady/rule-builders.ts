import { settingsSchema } from '../../../../../config/schema.ts'
import type { DeclaredContainer } from '../../../../../plugin/model/declared-container.ts'
import type { ContainerUsage, Observation, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import type { Advice } from '../../../../../plugin/recommend/advice.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import type { ContainerInput } from '../../../../../plugin/recommend/workload-input.ts'
import { observationWith } from '../../builders.ts'

/** The default options, with targets up to 80 % (those above have rules and tests of their own), and a decrease apart from a raise. */
export const options: RecommendOptions = {
  ...settingsSchema.parse({}).recommend,
  targetUtilization: { minimum: 50, maximum: 80 },
  minimumDecrease: 25,
}

/** Evidence of two whole weeks: enough to lower any value. */
export const evidence = (
  changed: Partial<RecommendOptions> = {},
  more: Partial<Observation> = {},
): Evidence => ({
  options: { ...options, ...changed },
  observation: observationWith({ containers: [], ...more }),
})

/** Evidence of one day: too short to lower any value. */
export const shortEvidence = (changed: Partial<RecommendOptions> = {}): Evidence =>
  evidence(changed, { days: 1 })

/** A container with its declared values and its usage. */
export const containerInput = (
  values: DeclaredContainer['values'],
  usage: Partial<ContainerUsage> = {},
  name = 'app',
): ContainerInput => ({
  declared: { name, role: 'main', values },
  usage: { container: name, oomKills: 0, ...usage },
})

/** The bucket of CPU with the same upper end as a bucket of the autoscaler: its number there, or the last of its parts. */
export const cpuBucket = (ofAutoscaler: number): number => {
  const { parts } = cpuScale
  const whole = parts.length - 1
  return ofAutoscaler < whole
    ? (parts[ofAutoscaler + 1] ?? 0) - 1
    : ofAutoscaler - whole + (parts[whole] ?? 0)
}

/** Usage with all samples in one bucket of CPU, by its number in the autoscaler. */
export const inBucket = (bucket: number, more: Partial<ResourceUsage> = {}): ResourceUsage => ({
  sketch: [[cpuBucket(bucket), 100]],
  peak: 100,
  samples: 100,
  ...more,
})

/** The advised value and its rules, or `unsure`. */
export const valueAndRules = (advice: Advice): readonly [value: number | 'unsure', ...rules: string[]] =>
  advice.kind === 'unsure' ? ['unsure'] : [advice.value, ...advice.because.map(({ rule }) => rule)]

/** The texts of the reasons, one per line, or what is missing. */
export const textOf = (advice: Advice): string =>
  advice.kind === 'unsure' ? advice.missing : advice.because.map(({ text }) => text).join('\n')
