import type { RepositoryView } from '../../model/source.ts'
import { kustomizationFile } from './identify.ts'

/** Directories of a repository with what tells their kind, found in one walk. */
export interface Directories {
  readonly kustomizations: readonly string[]
  /** YAML files of directories without a kustomization or chart. */
  readonly manifests: readonly string[]
  /** Charts that no other chart vendors, each with the values files that stand beside its own. */
  readonly charts: readonly { readonly path: string; readonly variants: readonly string[] }[]
}

/** Walks a repository once; links are not followed. */
export async function walkDirectories(view: RepositoryView, directory = '.'): Promise<Directories> {
  const entries = await view.list(directory)
  const at = (name: string): string => (directory === '.' ? name : `${directory}/${name}`)
  if (entries.some(({ name }) => name === 'Chart.yaml')) {
    const beside = entries.filter(
      ({ name, kind }) => kind === 'file' && /^values[-_.].*\.ya?ml$|^.*[-_.]values\.ya?ml$/.test(name),
    )
    return {
      kustomizations: [],
      manifests: [],
      charts: [{ path: directory, variants: beside.map(({ name }) => at(name)) }],
    }
  }
  const own = entries.some(({ name }) => kustomizationFile.test(name)) ? [directory] : []
  const inside = entries.filter(
    ({ name, kind }) => kind === 'directory' && name !== '.git' && name !== 'node_modules',
  )
  const below = await Promise.all(inside.map(({ name }) => walkDirectories(view, at(name))))
  const loose =
    own.length > 0 ? [] : entries.filter(({ name, kind }) => kind === 'file' && /\.ya?ml$/.test(name))
  return {
    kustomizations: [...own, ...below.flatMap((one) => one.kustomizations)],
    manifests: [...loose.map(({ name }) => at(name)), ...below.flatMap((one) => one.manifests)],
    charts: below.flatMap((one) => one.charts),
  }
}
