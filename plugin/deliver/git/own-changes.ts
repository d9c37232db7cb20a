import { readBlob } from 'isomorphic-git'
import { type FileFacts, factsOf, provedChanges } from '../record/proved-changes.ts'
import { parseChanges, type TrailedChange } from '../record/trailers.ts'
import type { Arrival } from './mainline.ts'
import { readStored, type StoredCommit } from './stored-commit.ts'
import { blobId, changedPaths, type Repository } from './tree.ts'

/** Limits of what is read to check the changes that commit messages name. */
const [mostBytes, mostFiles, mostChanges, mostCached] = [64 * 1024 ** 2, 500, 10_000, 500]

/** What a commit message names, and what of it the commit's own diff shows. */
export interface CheckedChanges {
  readonly changes: readonly TrailedChange[]
  /** How many changes the message names that the diff does not show. */
  readonly unproved: number
}

/** Checks the changes that commit messages name against the commits' own diffs. */
export type CheckChanges = (arrival: Arrival) => Promise<CheckedChanges>

/** Reads what files say, each blob once, until `mostBytes` are read. */
function factsReader(repository: Repository) {
  const cache = new Map<string, FileFacts | undefined>()
  let left = mostBytes
  const read = async (oid: string): Promise<FileFacts | undefined> => {
    if (left <= 0) return undefined
    const { blob } = await readBlob({ ...repository, oid })
    left -= blob.length
    return factsOf(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(blob))
  }
  return async (oid: string): Promise<FileFacts | undefined> => {
    if (cache.has(oid)) return cache.get(oid)
    const facts = await read(oid).catch(() => undefined)
    if (cache.size >= mostCached)
      for (const first of [...cache.keys()].slice(0, mostCached / 2)) cache.delete(first)
    cache.set(oid, facts)
    return facts
  }
}

type ReadFacts = ReturnType<typeof factsReader>

/** A commit against its first parent. */
interface OwnDiff {
  readonly before: string | undefined
  readonly after: string
}

/** The trees of a commit and its first parent; `undefined` when the clone does not have the parent. */
async function diffOf(repository: Repository, { tree, parents }: StoredCommit): Promise<OwnDiff | undefined> {
  const [first] = parents
  if (first === undefined) return { before: undefined, after: tree }
  const parent = await readStored(repository, first)
  return parent && { before: parent.tree, after: tree }
}

const isText = (file: string): boolean => /\.(ya?ml|json)$/i.test(file)

/** Returns those of some changes that a diff shows, each with the file that shows it. */
async function shownBy(
  { before, after }: OwnDiff,
  changes: readonly TrailedChange[],
  { repository, facts }: { readonly repository: Repository; readonly facts: ReadFacts },
): Promise<readonly TrailedChange[]> {
  const named = new Set(changes.flatMap(({ file }) => file ?? []))
  const unnamed = changes.some(({ file }) => file === undefined)
  const others = unnamed ? (await changedPaths(repository, before, after)).filter(isText) : []
  const shown: TrailedChange[] = []
  for (const file of [...named, ...others].slice(0, mostFiles)) {
    // Anybody can write a path into a commit message. A path that cannot be in a tree counts as a missing file.
    const [old, now] = await Promise.all(
      [before, after].map(async (tree) =>
        tree === undefined ? undefined : blobId(repository, tree, file).catch(() => undefined),
      ),
    )
    if (now === undefined || old === now) continue
    const [was, is] = [old === undefined ? undefined : await facts(old), await facts(now)]
    if (is === undefined || (old !== undefined && was === undefined)) continue
    const here = changes.filter((one) => one.file === undefined || one.file === file)
    shown.push(...provedChanges(here, { file, before: was, after: is }).map((one) => ({ ...one, file })))
  }
  return shown
}

const identityOf = ({ key, from, to }: TrailedChange): string => [key, from, to].join('\0')

const once = (changes: readonly TrailedChange[]): readonly TrailedChange[] => [
  ...new Map(changes.map((one) => [identityOf(one), one])).values(),
]

/**
 * Returns the check of the changes that commit messages name. A change counts only when the commit's own diff against its
 * first parent makes it, and for a merged commit also the diff of the merge. A commit whose parent the clone does not have
 * cannot be checked, so its changes do not count. A merge whose message repeats the changes of a commit that it brings makes
 * none itself.
 */
export function changeChecker(repository: Repository): CheckChanges {
  const facts = factsReader(repository)
  const shown = async (
    commit: StoredCommit,
    changes: readonly TrailedChange[],
  ): Promise<readonly TrailedChange[] | undefined> => {
    const diff = await diffOf(repository, commit)
    return diff && shownBy(diff, changes, { repository, facts })
  }
  return async ({ commit, by }) => {
    const named = once(parseChanges(commit.message)).slice(0, mostChanges)
    if (named.length === 0) return { changes: [], unproved: 0 }
    const own = await shown(commit, named)
    const both = own === undefined || by === commit ? own : await shown(by, own)
    return { changes: once(both ?? []), unproved: own === undefined ? 0 : named.length - (both ?? []).length }
  }
}
