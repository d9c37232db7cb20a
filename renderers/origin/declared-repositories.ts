import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import { repositoryName } from '../../plugin/model/repository.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { readFileObjects } from '../../plugin/yaml/objects.ts'

/** A GitRepository or ArtifactGenerator of Flux as a file of the repository writes it, or a patch of one. */
export interface WrittenGitRepository {
  readonly file: string
  readonly object: JsonObject
}

/** What the files of a repository say about repositories. */
export interface DeclaredRepositories {
  readonly gitRepositories: readonly WrittenGitRepository[]
  /**
   * The names that this repository has in its own declarations: those whose paths exist here; else the only one whose
   * path is not known. Several when they contradict each other.
   */
  readonly names: readonly string[]
  /** The directories that Kustomizations of Flux build. */
  readonly builtByFlux: ReadonlySet<string>
}

const kept = new WeakMap<RepositoryView, Promise<DeclaredRepositories>>()

/** What the files of a view say, read once for each view and without pending edits. */
export function declaredRepositories({ origin: view }: RepositoryView): Promise<DeclaredRepositories> {
  const known = kept.get(view) ?? readDeclarations(view)
  kept.set(view, known)
  return known
}

async function readDeclarations(view: RepositoryView): Promise<DeclaredRepositories> {
  const found = (await yamlFiles(view, '.')).map(async (file) =>
    mentionsIn(file, await textOfFile(file, view)),
  )
  const all = (await Promise.all(found)).flat()
  const gitRepositories = all.flatMap((one) => ('object' in one ? [one] : []))
  const uses = all.flatMap((one) => ('object' in one ? [] : urlsOf(one, gitRepositories)))
  const built = all.flatMap((one) => ('isBuilt' in one && one.isBuilt ? [one.path] : []))
  const isHere = async ({ path }: Use): Promise<boolean> =>
    path !== undefined && path !== '.' && !path.startsWith('..') && (await view.kind(path)) !== undefined
  const here = await Promise.all(uses.map(isHere))
  const names = namesOf(uses.filter((_, index) => here[index] === true))
  return {
    gitRepositories,
    names: names.length > 0 ? names : namesOf(uses.filter(({ path }) => path === undefined)),
    builtByFlux: new Set(built),
  }
}

const namesOf = (uses: readonly Use[]): readonly string[] => [
  ...new Set(uses.flatMap(({ url }) => repositoryName(url) ?? [])),
]

/** A URL with the path that is taken from it; the path is absent where a template makes it. */
interface Use {
  readonly url: string
  readonly path?: string
}

/** A path that is taken from a GitRepository, by the name of that. */
interface Reference {
  readonly name: string
  readonly path: string
  /** Whether a Kustomization builds the directory at the path. */
  readonly isBuilt: boolean
}

type Mention = Use | Reference | WrittenGitRepository

const urlsOf = (mention: Use | Reference, known: readonly WrittenGitRepository[]): readonly Use[] =>
  'url' in mention
    ? [mention]
    : known.flatMap(({ object }) => {
        const url = textOf(valueAt(object, ['spec', 'url']))
        return url !== undefined && nameOf(object) === mention.name ? [{ url, path: mention.path }] : []
      })

const nameOf = (object: JsonObject): string | undefined => textOf(valueAt(object, ['metadata', 'name']))

async function yamlFiles(view: RepositoryView, directory: string): Promise<readonly string[]> {
  const entries = await view.list(directory)
  const found = await inParallel(entries, async ({ name, kind }): Promise<readonly string[]> => {
    const at = posix.join(directory, name)
    if (kind === 'directory') return name === '.git' || name === 'node_modules' ? [] : yamlFiles(view, at)
    return kind === 'file' && /\.ya?ml$/.test(name) ? [at] : []
  })
  return found.flat()
}

async function textOfFile(file: string, view: RepositoryView): Promise<string> {
  try {
    return (await view.read(file))?.text ?? ''
  } catch (error) {
    if (error instanceof ExpectedStop) return ''
    throw error
  }
}

function mentionsIn(file: string, text: string): readonly Mention[] {
  if (!/repoURL|(toolkit|extensions)\.fluxcd\.io/.test(text)) return []
  try {
    return readFileObjects(file, text).flatMap((object) => [...fluxMentions(file, object), ...usesIn(object)])
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    // A template of a chart: its paths are not known.
    return [...text.matchAll(/\brepoURL: *["']?([^\s"'{}]+)["']? *$/gm)].map(([, url = '']) => ({ url }))
  }
}

function fluxMentions(file: string, object: JsonObject): readonly (Reference | WrittenGitRepository)[] {
  if (!/(toolkit|extensions)\.fluxcd\.io\//.test(textOf(object['apiVersion']) ?? '')) return []
  if (object['kind'] === 'GitRepository' || object['kind'] === 'ArtifactGenerator') return [{ file, object }]
  const inChart = object['kind'] === 'HelmRelease'
  const spec = valueAt(object, inChart ? ['spec', 'chart', 'spec'] : ['spec'])
  const [name, path] = [
    textOf(valueAt(spec, ['sourceRef', 'name'])),
    textOf(valueAt(spec, [inChart ? 'chart' : 'path'])),
  ]
  const isGit = valueAt(spec, ['sourceRef', 'kind']) === 'GitRepository'
  const isBuilt = object['kind'] === 'Kustomization'
  return isGit && name !== undefined && path !== undefined ? [{ name, path: pathHere(path), isBuilt }] : []
}

/** Every mapping with a `repoURL` that is not a chart's: sources of Applications, and generators of ApplicationSets. */
function usesIn(value: Json): readonly Use[] {
  if (Array.isArray(value)) return listOf(value).flatMap(usesIn)
  if (!isJsonObject(value)) return []
  const inner = Object.values(value).flatMap(usesIn)
  const [url, path] = [textOf(value['repoURL']), textOf(value['path'])]
  if (url === undefined || url.includes('{{') || value['chart'] !== undefined) return inner
  const isKnown = path !== undefined && !path.includes('{{')
  return [...inner, isKnown ? { url, path: pathHere(path) } : { url }]
}

/** A declared path as a path of the repository; `.` for its root. */
export const pathHere = (path: string): string =>
  posix
    .normalize(path)
    .replace(/^\.?\//, '')
    .replace(/\/$/, '') || '.'
