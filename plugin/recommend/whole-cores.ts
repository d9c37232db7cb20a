import type { DeclaredWorkload } from '../model/declared.ts'
import { readValue } from '../model/value.ts'
import { type Advice, advise, reason } from './advice.ts'

const core = 1000

/** Whether each container of a pod has limits of CPU and memory that equal its requests: the QoS class Guaranteed. */
const isGuaranteed = ({ containers }: DeclaredWorkload): boolean =>
  containers.every(({ values }) =>
    (['cpu', 'memory'] as const).every((resource) => {
      const [request, limit] = [values[`requests.${resource}`], values[`limits.${resource}`]]
      return (
        request !== undefined &&
        limit !== undefined &&
        readValue(`requests.${resource}`, request) === readValue(`limits.${resource}`, limit)
      )
    }),
  )

/**
 * Keeps whole cores whole, in millicores: the CPU manager gives a container of a Guaranteed pod cores of its own only if it
 * requests whole ones. https://kubernetes.io/docs/tasks/administer-cluster/cpu-management-policies/#static-policy
 */
export function inWholeCores(advice: Advice, from: number | undefined, declared: DeclaredWorkload): Advice {
  if (advice.kind === 'unsure' || from === undefined || from === 0 || from % core !== 0) return advice
  if (advice.value % core === 0 || !isGuaranteed(declared)) return advice
  const value = Math.ceil(advice.value / core) * core
  const text =
    'The pod is Guaranteed and requests whole cores, which the CPU manager can give it alone, so they stay whole.'
  return advise(value, ...advice.because, reason('cpu.whole', text))
}
