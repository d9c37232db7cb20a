import { posix } from 'node:path'
import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { pathHere, type WrittenGitRepository } from './declared-repositories.ts'

/** The name and namespace of a GitRepository. */
export interface GitRepositoryName {
  readonly name: string
  readonly namespace: string
}

/** The repository and revision that a GitRepository takes. */
export interface GitRevision {
  readonly repository: string
  readonly revision: string
  /** Where the files of a path are not those of the repository: a sentence; `undefined` where they are. */
  readonly replaced: (path: string) => string | undefined
}

/**
 * The GitRepository of a name: the first among rendered objects; else the one written in the files nearest to a path.
 * Several when files that are equally near contradict each other; empty when nothing declares it.
 */
export function gitRepositoriesNamed(
  wanted: GitRepositoryName,
  {
    objects,
    written,
    near,
  }: {
    readonly objects: readonly JsonObject[]
    readonly written: readonly WrittenGitRepository[]
    readonly near: string
  },
): readonly GitRevision[] {
  const isWanted = (object: JsonObject): boolean => {
    const namespace = textOf(valueAt(object, ['metadata', 'namespace']))
    return (
      object['kind'] === 'GitRepository' &&
      textOf(valueAt(object, ['metadata', 'name'])) === wanted.name &&
      (namespace === undefined || namespace === wanted.namespace)
    )
  }
  const rendered = objects.filter(isWanted).flatMap(revisionIn)[0]
  if (rendered !== undefined) return [rendered]
  const named = written.filter(({ object }) => isWanted(object))
  const closest = Math.max(0, ...named.map(({ file }) => sharedSteps(file, near)))
  const found = named
    .filter(({ file }) => sharedSteps(file, near) === closest)
    .flatMap(({ object }) => revisionIn(object))
  return [...new Map(found.map((one) => [`${one.repository}\0${one.revision}`, one])).values()]
}

/** How many directories two paths share from the root. */
export function sharedSteps(file: string, near: string): number {
  const [one, other] = [posix.normalize(file).split('/'), posix.normalize(near).split('/')]
  const differs = one.findIndex((step, index) => step !== other[index])
  return differs === -1 ? one.length : differs
}

function revisionIn(object: JsonObject): readonly GitRevision[] {
  const repository = textOf(valueAt(object, ['spec', 'url']))
  return repository === undefined
    ? []
    : [
        {
          repository,
          revision: revisionOf(valueAt(object, ['spec', 'ref'])),
          replaced: (path) => replacedIn(object, path),
        },
      ]
}

/**
 * Why the files of a path are not those of the repository: others are copied over them, or they are not checked out.
 * https://fluxcd.io/flux/components/source/gitrepositories/#include
 */
function replacedIn(object: JsonObject, path: string): string | undefined {
  const name = textOf(valueAt(object, ['metadata', 'name'])) ?? ''
  const wanted = pathHere(path)
  const included = listOf(valueAt(object, ['spec', 'include'])).find((one) => {
    const to = textOf(valueAt(one, ['toPath'])) ?? textOf(valueAt(one, ['repository', 'name'])) ?? ''
    return isIn(wanted, pathHere(to))
  })
  if (included !== undefined)
    return `GitRepository ${name} copies files of GitRepository ${textOf(valueAt(included, ['repository', 'name']))} over ${path}; change them there`
  const sparse = listOf(valueAt(object, ['spec', 'sparseCheckout'])).flatMap((one) => textOf(one) ?? [])
  return sparse.length === 0 || sparse.some((one) => overlap(pathHere(one), wanted))
    ? undefined
    : `GitRepository ${name} checks out ${sparse.join(' and ')} alone, without ${path}`
}

/** Whether one of two directories contains the other. */
const overlap = (one: string, other: string): boolean => isIn(one, other) || isIn(other, one)

const isIn = (path: string, directory: string): boolean =>
  directory === '.' || path === directory || path.startsWith(`${directory}/`)

/** What a `ref` selects, in the order in which Flux reads it; empty for the default of Flux, the branch `master`. */
function revisionOf(ref: Json | undefined): string {
  const selected = ['commit', 'name', 'semver', 'tag', 'branch'].map((key) => textOf(valueAt(ref, [key])))
  return selected.find((one) => one !== undefined && one !== '') ?? ''
}
