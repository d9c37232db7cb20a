import type { Source } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'

/**
 * Whether two sources that deploy the same objects are declared by different objects: Kustomizations of two clusters that
 * apply the same directory. One that is found through its Kustomization, and again in the files alone, is the same.
 */
export function areOfTwoDeclarations({ declaredIn: one }: Source, { declaredIn: other }: Source): boolean {
  if (one === undefined || other === undefined || !isRelease(one) || !isRelease(other)) return false
  const [a, b] = [one.declaredBy, other.declaredBy]
  const isNamedAlike = a.kind === b.kind && a.name === b.name && a.namespace === b.namespace
  const [here, there] = [placeOf(one), placeOf(other)]
  return !isNamedAlike || !(isIn(here, there) || isIn(there, here)) || areOfTwoDeclarations(one, other)
}

/** Where the object that declares a release is. */
const placeOf = ({ declaredIn, declaredFrom }: Source): string => (declaredFrom ?? declaredIn)?.path ?? '.'

const isIn = (place: string, directory: string): boolean =>
  directory === '.' || place === directory || place.startsWith(`${directory}/`)
