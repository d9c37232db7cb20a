import { readObject } from 'isomorphic-git'
import { oneLine } from '../../model/text/clean.ts'
import type { Repository } from './tree.ts'

/** A commit as it is stored. */
export interface StoredCommit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
  /** Name of the author. */
  readonly by: string
  /** Time of the commit as it states it, in milliseconds since 1970; `NaN` when it states none. */
  readonly time: number
  readonly message: string
}

const header = (head: string, name: string): readonly string[] =>
  head
    .split('\n')
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1))

/** Parses a commit object. Names, times and time zones that Git would not write are accepted. */
function parseCommit(id: string, text: string): StoredCommit {
  const end = text.indexOf('\n\n')
  const [head, message] = end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end + 2)]
  const [author = '', committer = ''] = ['author', 'committer'].map((name) => header(head, name)[0] ?? '')
  const seconds = /> *(-?\d+)(?: [^ ]*)?$/.exec(committer)?.[1]
  return {
    id,
    tree: header(head, 'tree')[0] ?? '',
    parents: header(head, 'parent'),
    by: oneLine(author.split(' <', 1)[0] ?? ''),
    time: seconds === undefined ? Number.NaN : Number(seconds) * 1000,
    message: message.replaceAll('\r', ''),
  }
}

/** Reads a commit; `undefined` when the clone does not have it, as at the end of a shallow clone. */
export async function readStored(repository: Repository, id: string): Promise<StoredCommit | undefined> {
  try {
    const { type, object } = await readObject({ ...repository, oid: id, format: 'content' })
    return type === 'commit' && object instanceof Uint8Array
      ? parseCommit(id, Buffer.from(object).toString())
      : undefined
  } catch {
    return undefined
  }
}
