import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { directoryOf, isEntryFile, isEntryOf } from './detect.ts'
import type { InputPorts } from './ports.ts'
import type { FoundSource } from './scan.ts'
import type { SourceFiles } from './source-files.ts'
import { filesOf } from './source-files.ts'

/**
 * Of sources that are built from each other: those that may be deployed, with their files. Bases and components are
 * skipped, since they are deployed as parts of others; an overlay that another source uses is marked as a layer.
 */
export async function composedSources(
  found: readonly FoundSource[],
  ports: InputPorts,
): Promise<readonly SourceFiles[]> {
  const { kinds } = ports.renderer
  const all = await Promise.all(
    found.map(async ({ kind, source }) => ({ kind, ...(await filesOf(source, ports)) })),
  )
  const read = new Set(
    all.flatMap(({ source, files }) => [...files].filter((file) => directoryOf(file) !== source.path)),
  )
  const deployable = await inParallel(all, (one) => isDeployable(one, ports))
  return all.flatMap(({ kind, ...one }, index) => {
    if (deployable[index] !== true) return []
    const isOwn = (file: string): boolean => isEntryOf(one.source, file, kinds)
    const isUsed = [...one.files].some((file) => isOwn(file) && read.has(file))
    const usesOthers = [...one.files].some((file) => isEntryFile(kind, file) && !isOwn(file))
    return isUsed && !usesOthers ? [] : [{ ...one, layer: isUsed }]
  })
}

async function isDeployable({ kind, source }: FoundSource, { view }: InputPorts): Promise<boolean> {
  try {
    return (await kind.isDeployable?.(source, view)) ?? true
  } catch (error) {
    // Its rendering reports what is wrong.
    if (error instanceof ExpectedStop) return true
    throw error
  }
}
