import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import type { TortoiseOptions } from '../../recommend-options.ts'
import { toMilli, withMargin } from '../../vpa-recommender/estimate.ts'
import { cpuHistogram, memoryHistogram } from '../../vpa-recommender/usage-histogram.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { tortoiseDefaults } from './default-options.ts'
import type { SizeResult } from './size.ts'

/** Tortoise computes memory in bytes × 1000. */
export const milli = 1000
const mebibyte = 1024 ** 2

/** Tortoise's options, or its defaults. */
export const optionsOf = ({ options }: Evidence): TortoiseOptions => options.tortoise ?? tortoiseDefaults

/** Returns, as a sentence, why nothing changes in the workload's namespace; `undefined` when Tortoise is on there. */
export function disabledReason(evidence: Evidence): string | undefined {
  const { disabled, excludedNamespaces } = optionsOf(evidence)
  const { namespace } = evidence.observation.workload
  if (disabled) return '`globalDisableMode` is on.'
  return excludedNamespaces.includes(namespace)
    ? `\`excludedNamespaces\` lists the namespace ${namespace}.`
    : undefined
}

/** The usage that Tortoise sizes from: the VPA's target. Runs keep no state between them, so the target itself is the input. */
export function usageOf({ usage }: ContainerInput, resource: 'cpu' | 'memory'): number | undefined {
  if (resource === 'cpu') return usage.cpu && withMargin(toMilli(cpuHistogram(usage.cpu).percentile(0.9)))
  return usage.memory && withMargin(Math.trunc(memoryHistogram(usage.memory).percentile(0.9))) * milli
}

/** The current request, in millicores or bytes. */
export const requestOf = ({ declared }: ContainerInput, resource: 'cpu' | 'memory'): number | undefined =>
  readValue(`requests.${resource}`, declared.values[`requests.${resource}`] ?? '')

/** Advice for a size in Tortoise's integers, rounded up to whole millicores or whole MiB. */
export function sizeAdvice({ value, rule }: SizeResult, resource: 'cpu' | 'memory'): Advice {
  const whole = resource === 'cpu' ? value : Math.ceil(value / milli / mebibyte - 1e-9) * mebibyte
  return advise(whole, reason(rule, "Computed by Tortoise's rule from the target of the VPA."))
}
