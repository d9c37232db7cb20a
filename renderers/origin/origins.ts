import { posix } from 'node:path'
import { type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'
import { stop } from '../../plugin/model/problem.ts'
import { type Origin, type OwnRepository, outOfReach, repositoryName } from '../../plugin/model/repository.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { declaredRepositories, pathHere, type WrittenGitRepository } from './declared-repositories.ts'
import { copiedDirectory } from './external-artifact.ts'
import { fetchedOrigin, type TreeStore } from './fetched-origin.ts'
import {
  type GitRepositoryName,
  type GitRevision,
  gitRepositoriesNamed,
  sharedSteps,
} from './flux-repository.ts'

/** What is asked about an origin. */
export interface OriginContext {
  readonly view: RepositoryView
  /** The file or directory with the object that declares it, for messages. */
  readonly at: string
  /** What is taken from the origin, as the subject of a message: `it is rolled out`. */
  readonly subject?: string
  /** The commit that a cluster says is deployed. */
  readonly deployed?: string | undefined
}

/** What is asked about a GitRepository. */
export interface GitRepositoryContext extends OriginContext {
  /** The objects rendered together with the one that refers to it, and those of the sources around. */
  readonly objects: readonly JsonObject[]
  /** The GitRepository as it is in the cluster. */
  readonly live?: LiveDeclaration | undefined
}

/** Where the files of an origin are. */
export interface Located {
  /** The path in the view. */
  readonly path: string
  /** Absent where the repository is known only to be this one. */
  readonly origin?: Origin
  /** Why edits of the files do not reach what is rolled out; absent when they do. */
  readonly frozen?: string
}

/** Leads the origins that objects declare to files of the view. */
export interface Origins {
  /** The files of an origin. Rejects with `source.render`, and the reason, when they are not those of the view. */
  locate(origin: Origin, context: OriginContext): Promise<Located>
  /** The same for a path in a GitRepository of Flux. */
  locateIn(
    name: GitRepositoryName,
    context: GitRepositoryContext & { readonly path: string },
  ): Promise<Located>
  /** The same for a path in an ExternalArtifact of Flux. */
  locateCopied(
    name: GitRepositoryName,
    context: GitRepositoryContext & { readonly path: string },
  ): Promise<Located>
}

/** Makes the lookup of origins for a repository; without names of it, its own declarations are the evidence. */
export function createOrigins(known: () => Promise<OwnRepository>, store?: TreeStore): Origins {
  let asked: Promise<OwnRepository> | undefined
  const own = async (view: RepositoryView): Promise<OwnRepository> => {
    asked ??= known()
    const { names, ...rest } = await asked
    if (names.length > 0) return { ...rest, names }
    const { names: declared } = await declaredRepositories(view)
    return { ...rest, names: declared.length === 1 ? declared : [] }
  }
  const locate: Origins['locate'] = async (origin, { view, at, subject, deployed }) => {
    const reason = outOfReach(origin, await own(view), subject)
    if (reason === undefined) return { path: pathHere(origin.path), origin }
    if (store !== undefined)
      return { ...(await fetchedOrigin(origin, reason, { store, at, deployed })), origin }
    throw stop('source.render', reason, { place: { file: at } })
  }
  const locateIn: Origins['locateIn'] = async (name, { path, ...context }) => {
    const { gitRepositories: written } = await declaredRepositories(context.view)
    const { objects, at: near } = context
    const [first, ...more] = gitRepositoriesNamed(name, { objects, written, near })
    const repository = await own(context.view)
    if (first !== undefined && more.length === 0) {
      const replaced = first.replaced(path)
      if (replaced !== undefined) throw stop('source.render', replaced, { place: { file: near } })
      const deployed = deployedCommit(first, context.live)
      return locate({ ...withDefault(first, repository), path }, { ...context, deployed })
    }
    if (first === undefined && isOurs(name, repository, written)) return { path: pathHere(path) }
    const reason =
      first === undefined
        ? 'which no file of this repository declares'
        : 'which several files of this repository declare differently'
    const message = `its files come from GitRepository ${name.name} in ${name.namespace}, ${reason}, so their repository is not known`
    throw stop('source.render', message, { place: { file: near } })
  }
  return {
    locate,
    locateIn,
    locateCopied: async (name, context) => {
      const { gitRepositories: written } = await declaredRepositories(context.view)
      const { objects, at, path } = context
      const copied = copiedDirectory(name, objects) ?? copiedDirectory(name, nearestTo(at, written, name))
      if (copied !== undefined)
        return locateIn(copied.from, { ...context, path: posix.join(copied.directory, path) })
      const message = `its files come from ExternalArtifact ${name.name}, and nothing in this repository says that they are a copy of one of its directories`
      throw stop('source.render', message, { place: { file: at } })
    },
  }
}

/** The commit that Flux fetched last from a repository; `undefined` where no cluster says it. */
function deployedCommit(
  { repository }: GitRevision,
  live: Pick<LiveDeclaration, 'spec' | 'revisions'> | undefined,
): string | undefined {
  const url = textOf(live?.spec['url']) ?? ''
  return repositoryName(url) === repositoryName(repository) ? live?.revisions[0] : undefined
}

/** The objects that make an artifact, in the files that are nearest to a path. */
function nearestTo(
  near: string,
  written: readonly WrittenGitRepository[],
  { name }: GitRepositoryName,
): readonly JsonObject[] {
  const makers = written.filter(({ object }) =>
    listOf(valueAt(object, ['spec', 'artifacts'])).some((one) => valueAt(one, ['name']) === name),
  )
  const closest = Math.max(0, ...makers.map(({ file }) => sharedSteps(file, near)))
  return makers.filter(({ file }) => sharedSteps(file, near) === closest).map(({ object }) => object)
}

/**
 * Whether a GitRepository that no file declares is this repository: `flux bootstrap` calls it `flux-system`; and where no
 * declared one is this repository, another repository declares it, as for a tenant.
 */
const isOurs = (
  { name }: GitRepositoryName,
  { names }: OwnRepository,
  written: readonly { readonly object: JsonObject }[],
): boolean =>
  name === 'flux-system' ||
  !written.some(({ object }) => {
    const url = (object['spec'] as JsonObject | undefined)?.['url']
    return typeof url === 'string' && names.includes(repositoryName(url) ?? '')
  })

/** Flux takes the branch `master` where a GitRepository names no revision; a clone without one has another default. */
const withDefault = (found: GitRevision, { known = [] }: OwnRepository): GitRevision =>
  found.revision === '' ? { ...found, revision: known.includes('master') ? 'master' : 'HEAD' } : found
