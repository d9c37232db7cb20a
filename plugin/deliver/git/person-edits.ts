import { readBlob } from 'isomorphic-git'
import type { FindPersonEdit, PersonEdit } from '../../model/person-edit.ts'
import { parseQuantity } from '../../model/quantity.ts'
import { placedScalars, placeKey } from '../record/placed-scalars.ts'
import { changedFiles } from './changed-files.ts'
import { type Arrival, readArrivals } from './mainline.ts'
import type { HistoryCommit } from './read-commits.ts'
import { readStored, type StoredCommit } from './stored-commit.ts'
import type { Repository } from './tree.ts'

/** The most commits of the branch, and the most bytes of their files, that are read. */
const [mostCommits, mostBytes] = [200, 32 * 1024 ** 2]
const dayMs = 86_400_000

/** Where and since when edits are searched, and the commits of Tortoise among them. */
export interface EditSearch {
  readonly ref: string
  readonly since: Date
  readonly now: Date
  /** Commits with the changes that their own diffs prove. */
  readonly ours: readonly HistoryCommit[]
}

/** One step of the branch: what it changed, and which changes of it are ours. */
interface Step {
  readonly commit: StoredCommit
  readonly at: number
  /** Files that differ from the step before, with the ids of their texts. */
  readonly files: ReadonlyMap<
    string,
    { readonly before: string | undefined; readonly after: string | undefined }
  >
  readonly keys: ReadonlySet<string>
}

/**
 * Returns a function that finds who changed a scalar last on the first-parent line of a branch. The steps of the branch are
 * compared when the first scalar is asked about; files are read only where they differ.
 */
export function personEdits(repository: Repository, search: EditSearch): FindPersonEdit {
  let read: Promise<readonly Step[]> | undefined
  const texts = textReader(repository)
  return async ({ file, document, path }, key) => {
    read ??= readSteps(repository, search)
    const place = placeKey(document, path)
    for (const { commit, at, files, keys } of await read) {
      const changed = files.get(file)
      if (changed === undefined) continue
      const [before, after] = [await texts(changed.before), await texts(changed.after)]
      // A file that is new or moved says nothing about who chose its values.
      if (before === undefined || after === undefined) return undefined
      if (isSame(before.get(place), after.get(place))) continue
      return keys.has(key) ? undefined : editOf(commit, at, search.now)
    }
    return undefined
  }
}

/** Another notation of the same amount is no edit of it. */
function isSame(left: string | undefined, right: string | undefined): boolean {
  if (left === right || left === undefined || right === undefined) return left === right
  const [one, other] = [parseQuantity(left), parseQuantity(right)]
  return one !== undefined && one.nano === other?.nano
}

const editOf = ({ by }: StoredCommit, at: number, now: Date): PersonEdit => ({
  by,
  at: new Date(at).toISOString(),
  daysAgo: Math.max(0, (now.getTime() - at) / dayMs),
})

async function readSteps(
  repository: Repository,
  { ref, since, now, ours }: EditSearch,
): Promise<readonly Step[]> {
  const arrivals = await readArrivals(repository, { ref, since, depth: mostCommits, now })
  const keysOf = new Map(ours.map(({ id, changes }) => [id, changes.map(({ key }) => key)]))
  const steps: Step[] = []
  for (const { commit, at } of arrivals.filter((one) => one.commit === one.by)) {
    const [first] = commit.parents
    const parent = first === undefined ? undefined : await readStored(repository, first)
    if (parent === undefined) break
    const files = await changedFiles(repository, parent.tree, commit.tree)
    steps.push({
      commit,
      at,
      files: new Map(files.map(({ path, before, after }) => [path, { before, after }])),
      keys: new Set(broughtBy(commit, arrivals).flatMap((id) => keysOf.get(id) ?? [])),
    })
  }
  return steps
}

const broughtBy = (commit: StoredCommit, arrivals: readonly Arrival[]): readonly string[] =>
  arrivals.filter(({ by }) => by === commit).map((one) => one.commit.id)

/** Reads the scalars of files by their ids, each once; `undefined` for no file, and after `mostBytes`. */
function textReader(repository: Repository) {
  const known = new Map<string, ReadonlyMap<string, string>>()
  let left = mostBytes
  return async (oid: string | undefined): Promise<ReadonlyMap<string, string> | undefined> => {
    if (oid === undefined) return undefined
    const before = known.get(oid)
    if (before !== undefined || left <= 0) return before
    const { blob } = await readBlob({ ...repository, oid })
    left -= blob.length
    const scalars = placedScalars(new TextDecoder().decode(blob))
    const values = new Map([...scalars].map(([place, { value }]) => [place, value]))
    known.set(oid, values)
    return values
  }
}
