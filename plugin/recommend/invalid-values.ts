import type { DeclaredContainer } from '../model/declared.ts'
import { readValue } from '../model/value.ts'

/**
 * Why a resource of a container cannot be sized: what is declared is as good as nothing, or nothing that an API server
 * takes. `undefined` when it can.
 */
export function invalidValue({ values }: DeclaredContainer, resource: 'cpu' | 'memory'): string | undefined {
  const declared = (part: 'requests' | 'limits') =>
    readValue(`${part}.${resource}`, values[`${part}.${resource}`] ?? '')
  const [request, limit] = [declared('requests'), declared('limits')]
  if (request === 0) return `a ${resource} request of zero is none, and none is ever added`
  if (limit === 0) return `a ${resource} limit of zero is none, and none is ever added`
  return request !== undefined && limit !== undefined && limit < request
    ? `its ${resource} limit is below its request, which no API server takes: hint one of them`
    : undefined
}
