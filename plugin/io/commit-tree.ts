import fs from 'node:fs'
import git from 'isomorphic-git'
import { inParallel } from '../model/parallel.ts'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import { looseSize } from './loose-object.ts'
import { listedOnce, mostBytes, type TreeEntry, tooLarge } from './tree.ts'
import { viewOf } from './view.ts'

/** A view of the files of one commit, read from the object store of a checkout, not from its work tree. Rejects with `git.missing`. */
export async function openCommit(gitdir: string, commit: string): Promise<RepositoryView> {
  return openTree(gitdir, await treeOf(gitdir, commit))
}

/** The id of a commit's tree. Rejects with `git.missing` when the commit is not in the object store. */
export async function treeOf(gitdir: string, commit: string): Promise<string> {
  const { commit: head } = await git.readCommit({ fs, gitdir, oid: commit }).catch((cause) => {
    throw stop(
      'git.missing',
      `the commit ${commit.slice(0, 10)} is not in this checkout's own object store`,
      {
        hint: 'Use a plain clone: no --shared, no --filter.',
        cause,
      },
    )
  })
  return head.tree
}

/** A view of the files of a tree in an object store. Its functions reject with `git.missing` for an object that is not there. */
export function openTree(gitdir: string, root: string): RepositoryView {
  const cache = {}
  // The same tree may be in many directories.
  const trees = new Map<string, Promise<Listing | undefined>>()
  const list: (directory: string) => Promise<Listing | undefined> = listedOnce(async (directory) => {
    const oid = directory === '.' ? root : await treeId(directory)
    const known = oid === undefined ? undefined : (trees.get(oid) ?? readTree({ gitdir, oid, cache }))
    if (oid !== undefined && known !== undefined) trees.set(oid, known)
    return known
  })
  const treeId = async (directory: string): Promise<string | undefined> => {
    const cut = directory.lastIndexOf('/')
    const parent = await list(cut === -1 ? '.' : directory.slice(0, cut))
    return parent?.ids.get(directory.slice(cut + 1))
  }
  const blob = async (path: string): Promise<Uint8Array> => {
    const oid = (await treeId(path)) ?? ''
    if (((await looseSize(gitdir, oid)) ?? 0) > mostBytes) throw tooLarge(path)
    const found = await git.readBlob({ fs, gitdir, oid, cache }).catch((cause: unknown) => {
      throw stop('git.missing', 'the file is not in the object store of this checkout', {
        place: { file: path },
        hint: 'Use a plain clone: no --shared, no --filter.',
        cause,
      })
    })
    if (found.blob.length > mostBytes) throw tooLarge(path)
    return found.blob
  }
  return viewOf({ entries: async (directory) => (await list(directory))?.entries, bytes: blob })
}

interface Listing {
  readonly size: number
  readonly entries: ReadonlyMap<string, TreeEntry>
  readonly ids: ReadonlyMap<string, string>
}

interface ObjectRequest {
  readonly gitdir: string
  readonly oid: string
  readonly cache: object
}

async function readTree({ gitdir, oid, cache }: ObjectRequest): Promise<Listing | undefined> {
  try {
    const { tree } = await git.readTree({ fs, gitdir, oid, cache })
    const entries = await inParallel(tree, async (entry): Promise<readonly [string, TreeEntry]> => {
      if (entry.mode !== '120000') return [entry.path, { kind: entry.type === 'blob' ? 'file' : 'directory' }]
      const { blob } = await git.readBlob({ fs, gitdir, oid: entry.oid, cache })
      return [entry.path, { kind: 'link', target: new TextDecoder().decode(blob) }]
    })
    return {
      size: tree.length,
      entries: new Map(entries),
      ids: new Map(tree.map((entry) => [entry.path, entry.oid])),
    }
  } catch {
    return undefined
  }
}
