import type { JsonObject } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import type { ReleaseSource, Source } from '../model/source.ts'
import { isRelease } from '../model/source.ts'
import type { Candidate } from './dye/candidate.ts'
import { markCandidates } from './dye/markers.ts'
import { renderOrNone, type TracePorts } from './dye/render-marked.ts'
import type { SourceFiles } from './sources/source-files.ts'

/**
 * Of sources that read the file of a scalar, those that the scalar may reach. A release reads the file that declares it, but
 * a scalar for its neighbour is not in its object: the object is the same with a marker in the scalar. Others are kept.
 */
export async function reachedBy(
  candidate: Candidate,
  readers: readonly SourceFiles[],
  ports: TracePorts,
): Promise<readonly SourceFiles[]> {
  const declared = readers.filter(({ source, inner }) => isRelease(source) && !inner.has(candidate.file))
  if (declared.length === 0) return readers
  const { texts } = await markCandidates([candidate], ports.view)
  const marked = ports.view.with(texts)
  const holders = new Map(
    declared.flatMap(({ source: { declaredIn } }) => (declaredIn ? [[declaredIn.id, declaredIn]] : [])),
  )
  const changed = new Map(
    await Promise.all(
      [...holders].map(async ([id, holder]) => [id, await changeIn(holder, marked, ports)] as const),
    ),
  )
  return readers.filter(
    ({ source }) =>
      !declared.some((one) => one.source === source) ||
      !isRelease(source) ||
      changed.get(source.declaredIn.id)?.(source) !== false,
  )
}

/** Whether the object of a release differs with marked files; `undefined` where that is not known. */
type HasChanged = (release: ReleaseSource) => boolean | undefined

async function changeIn(holder: Source, marked: TracePorts['view'], ports: TracePorts): Promise<HasChanged> {
  const [before, after] = [
    await renderOrNone(holder, ports.view, ports),
    await renderOrNone(holder, marked, ports),
  ]
  return ({ declaredBy }) => {
    const [own, same] = [before, after].map((objects) =>
      objects?.filter((one) => isObjectOf(one, declaredBy)),
    )
    if (own?.length !== 1 || same?.length !== 1) return undefined
    return JSON.stringify(own) !== JSON.stringify(same)
  }
}

/** Whether an object may be the one that declares a release; a generator's makes several. */
const isObjectOf = (
  object: JsonObject,
  { kind, name, namespace, generated }: ReleaseSource['declaredBy'],
): boolean => {
  const where = valueAt(object, ['metadata', 'namespace'])
  return (
    generated === undefined &&
    object['kind'] === kind &&
    valueAt(object, ['metadata', 'name']) === name &&
    (where === undefined || where === namespace)
  )
}
