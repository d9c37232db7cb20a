import { ExpectedStop } from '../model/problem.ts'
import type { Renderer, RepositoryView, Source } from '../model/source.ts'
import { kustomizationDirectories } from './discover.ts'

/** A source with the real paths of the files it reads. */
export interface SourceFiles {
  readonly source: Source
  readonly files: ReadonlySet<string>
}

/** What reading the inputs of sources needs. */
interface Ports {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** The files of every given source, and of every kustomization in the repository that no other uses and nobody named. */
export async function filesOfAll(named: readonly Source[], ports: Ports): Promise<readonly SourceFiles[]> {
  const known = await Promise.all(named.map((source) => filesOf(source, ports)))
  const namedPaths = new Set(named.map(({ path }) => path))
  const directories = await kustomizationDirectories(ports.view)
  const unnamed = await Promise.all(
    directories
      .filter((path) => !namedPaths.has(path))
      .map((path) => filesOf({ kind: 'kustomize', id: path, path }, ports)),
  )
  const all = [...known, ...unnamed]
  return all.filter((one) => namedPaths.has(one.source.path) || !isUsed(one, all))
}

async function filesOf(source: Source, { view, renderer }: Ports): Promise<SourceFiles> {
  try {
    const inputs = await renderer.inputs(source, view)
    return { source, files: new Set(inputs.map(({ path }) => path)) }
  } catch (error) {
    if (error instanceof ExpectedStop) return { source, files: new Set() }
    throw error
  }
}

/** A kustomization that another one reads is a base or a component of it, not a root. */
function isUsed({ source }: SourceFiles, all: readonly SourceFiles[]): boolean {
  const own = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].map((name) =>
    source.path === '.' ? name : `${source.path}/${name}`,
  )
  return all.some((other) => other.source.path !== source.path && own.some((file) => other.files.has(file)))
}

/** The sources that read at least one file that the chosen ones read too, the chosen ones included. */
export function sharersOf(chosen: ReadonlySet<string>, all: readonly SourceFiles[]): readonly Source[] {
  const touched = new Set(
    all.filter(({ source }) => chosen.has(source.id)).flatMap(({ files }) => [...files]),
  )
  return all
    .filter(({ source, files }) => chosen.has(source.id) || [...files].some((file) => touched.has(file)))
    .map(({ source }) => source)
}
