import { posix } from 'node:path'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { Origin } from '../../plugin/model/repository.ts'
import type { GitReference, SourceStore } from '../../plugin/model/store.ts'
import { pathHere } from './declared-repositories.ts'

/** Fetches Git repositories of others. */
export type TreeStore = Pick<SourceStore, 'tree'>

/**
 * The files of an origin that is not the repository of the view, fetched read-only; `reason` says why an edit here does not
 * reach them. `deployed` is the commit that a cluster says is deployed. Rejects with `source.fetch` where they cannot be
 * fetched.
 */
export async function fetchedOrigin(
  origin: Origin,
  reason: string,
  {
    store,
    at,
    deployed,
  }: { readonly store: TreeStore; readonly at: string; readonly deployed: string | undefined },
): Promise<{ readonly path: string; readonly frozen: string }> {
  try {
    const { path } = await store.tree(
      deployed === undefined ? treeOf(origin) : { url: origin.repository, ref: deployed },
    )
    return { path: posix.join(path, pathHere(origin.path)), frozen: reason }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const { message, hint } = error.problems[0] ?? { message: error.message }
    throw stop('source.fetch', `${reason}. Its files are not read: ${message}`, {
      place: { file: at },
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  }
}

function treeOf({ repository, revision }: Origin): GitReference {
  if (revision === '' || revision === 'HEAD') return { url: repository }
  const isRange = /[\s*<>=~^|]|(^|\.)[xX](\.|$)/.test(revision)
  return { url: repository, ...(isRange ? { semver: revision } : { ref: revision }) }
}
