import { posix } from 'node:path'
import type { RepositoryView } from '../../plugin/model/source.ts'

/** The names kustomize accepts for its file, in the order it tries them. */
const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** The kustomization file of a directory, or `undefined`. */
export async function findKustomization(
  view: RepositoryView,
  directory: string,
): Promise<string | undefined> {
  for (const name of kustomizationNames) {
    const path = posix.join(directory, name)
    if ((await view.kind(path)) === 'file') return path
  }
  return undefined
}
