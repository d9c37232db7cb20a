import type { DeclaredContainer } from '../model/declared-container.ts'
import { readValue } from '../model/value.ts'
import { resourceText } from './format.ts'
import { intendedMemory, isMillibytes } from './millibytes.ts'

/**
 * Returns, as a sentence, why the values declared for a resource of a container cannot be sized: a text that is no amount,
 * a request or limit of 0, or a limit below its request, which the API server rejects. Returns `undefined` when they can.
 */
export function invalidValue({ values }: DeclaredContainer, resource: 'cpu' | 'memory'): string | undefined {
  const declared = (part: 'requests' | 'limits') =>
    readValue(`${part}.${resource}`, values[`${part}.${resource}`] ?? '')
  const [request, limit] = [declared('requests'), declared('limits')]
  const name = resourceText(resource)
  const slip = (['requests', 'limits'] as const)
    .map((part) => values[`${part}.${resource}`])
    .find(isMillibytes)
  if (resource === 'memory' && slip !== undefined)
    return `The memory ${slip} is ${Number.parseInt(slip, 10) / 1000} bytes, because m means a thousandth; probably ${intendedMemory(slip)} is meant. Correct it, or set recommend.correctMillibytes`
  const text = (['requests', 'limits'] as const)
    .map((part) => ({ part, text: values[`${part}.${resource}`] }))
    .find(({ text: one }) => one?.includes('${'))
  if (text !== undefined)
    return `The ${name} ${text.part.slice(0, -1)} is ${text.text}, a placeholder that nothing replaces; Flux replaces it only with postBuild in the Kustomization`
  if (request === 0) return `The ${name} request is 0, which counts as not set, and Tortoise never adds one`
  if (limit === 0) return `The ${name} limit is 0, which counts as not set, and Tortoise never adds one`
  return request !== undefined && limit !== undefined && limit < request
    ? `The ${name} limit is below the ${name} request, which the API server rejects; correct one of the two`
    : undefined
}
