import { readValue } from '../../../model/value.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import type { ContainerInput } from '../../workload-input.ts'
import { toMilli, withMargin } from '../vpa/estimate.ts'
import { cpuHistogram, memoryHistogram } from '../vpa/vpa.ts'
import { type TortoiseOptions, tortoiseDefaults } from './options.ts'
import type { SizeAnswer } from './size.ts'

/** Thousandths of a byte, as Tortoise reckons. */
export const milli = 1000
const mebibyte = 1024 ** 2

/** The options of a run. */
export const optionsOf = ({ options }: Evidence): TortoiseOptions => options.tortoise ?? tortoiseDefaults

/** Why nothing moves in this namespace, if so. */
export function handsOff(evidence: Evidence): string | undefined {
  const { disabled, excludedNamespaces } = optionsOf(evidence)
  const { namespace } = evidence.observation.workload
  if (disabled) return 'globalDisableMode is on'
  return excludedNamespaces.includes(namespace) ? `namespace ${namespace} is excluded` : undefined
}

/** Tortoise feeds on the VPA's target. Nothing is kept from one run to the next, so the target itself is the input. */
export function usageOf({ usage }: ContainerInput, resource: 'cpu' | 'memory'): number | undefined {
  if (resource === 'cpu') return usage.cpu && withMargin(toMilli(cpuHistogram(usage.cpu).percentile(0.9)))
  return usage.memory && withMargin(Math.trunc(memoryHistogram(usage.memory).percentile(0.9))) * milli
}

/** The present request, in millicores or bytes. */
export const requestOf = ({ declared }: ContainerInput, resource: 'cpu' | 'memory'): number | undefined =>
  readValue(`requests.${resource}`, declared.values[`requests.${resource}`] ?? '')

/** Whole millicores, whole MiB: fractions of a byte are no quantity that people write. */
export function sizeAdvice({ value, rule }: SizeAnswer, resource: 'cpu' | 'memory'): Advice {
  const whole = resource === 'cpu' ? value : Math.ceil(value / milli / mebibyte - 1e-9) * mebibyte
  return advise(whole, reason(rule, "Tortoise's rule on the VPA's target"))
}
