import { readBlob } from 'isomorphic-git'
import { type FileFacts, factsOf } from '../record/file-diff.ts'
import { type CheckBudget, provedChanges } from '../record/proved-changes.ts'
import { parseChanges, type TrailedChange } from '../record/trailers.ts'
import { type ChangedFile, changedFiles } from './changed-files.ts'
import type { Arrival } from './mainline.ts'
import { readStored, type StoredCommit } from './stored-commit.ts'
import type { Repository } from './tree.ts'

/** Limits of what is read to check the changes that commit messages name. */
const [mostBytes, mostFiles, mostChanges] = [32 * 1024 ** 2, 500, 10_000]
const [mostComparisons, mostCached] = [200_000, 100]

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

/** The trees of a commit's first parent and of the commit. */
interface OwnDiff {
  readonly before: string
  readonly after: string
}

/** The diff of a commit; `undefined` when it has no parent, or when the clone does not have it. */
async function diffOf(repository: Repository, { tree, parents }: StoredCommit): Promise<OwnDiff | undefined> {
  const [first] = parents
  const parent = first === undefined ? undefined : await readStored(repository, first)
  return parent && { before: parent.tree, after: tree }
}

interface CheckPorts {
  readonly repository: Repository
  readonly facts: ReadFacts
  readonly budget: CheckBudget
}

const isYaml = (file: string): boolean => /\.(ya?ml|json)$|(^|\/)Kustomization$/i.test(file)

/** The files of a diff that some changes name; all YAML files when one of them names none. */
async function filesOf(
  { before, after }: OwnDiff,
  changes: readonly TrailedChange[],
  repository: Repository,
): Promise<readonly ChangedFile[]> {
  const changed = await changedFiles(repository, before, after)
  const named = new Set(changes.map(({ file }) => file))
  return changed
    .filter(({ path }) => named.has(path) || (named.has(undefined) && isYaml(path)))
    .slice(0, mostFiles)
}

/** Returns those of some changes that a diff shows, each with the file that shows it. */
async function shownBy(
  diff: OwnDiff,
  changes: readonly TrailedChange[],
  { repository, facts, budget }: CheckPorts,
): Promise<readonly TrailedChange[]> {
  const shown: TrailedChange[] = []
  for (const { path: file, before: old, after: now } of await filesOf(diff, changes, repository)) {
    const [before, after] = [old && (await facts(old)), now && (await facts(now))]
    if (!after || (old !== undefined && !before)) continue
    const here = changes.filter((one) => one.file === undefined || one.file === file)
    shown.push(...provedChanges(here, { file, before: before || undefined, after }, budget))
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
  const ports = { repository, facts: factsReader(repository), budget: { left: mostComparisons } }
  const shown = async (
    commit: StoredCommit,
    changes: readonly TrailedChange[],
  ): Promise<readonly TrailedChange[] | undefined> => {
    const diff = await diffOf(repository, commit)
    return diff && shownBy(diff, changes, ports)
  }
  return async ({ commit, by }) => {
    const named = once(parseChanges(commit.message)).slice(0, mostChanges)
    if (named.length === 0) return { changes: [], unproved: 0 }
    const own = await shown(commit, named)
    const both = own === undefined || by === commit ? own : await shown(by, own)
    return { changes: once(both ?? []), unproved: own === undefined ? 0 : named.length - (both ?? []).length }
  }
}
