import { type PromiseFsClient, readBlob, readObject, writeBlob, writeObject } from 'isomorphic-git'
import { stop } from '../../model/problem.ts'

/** A local `.git` directory, and the cache that all calls on it share. */
export interface Repository {
  readonly fs: PromiseFsClient
  readonly gitdir: string
  readonly cache: object
}

/** A tree made from another, and the ids of the objects that the other does not have. */
export interface NewTree {
  readonly tree: string
  readonly objects: readonly string[]
}

/** One entry of a tree. The name has one character for each byte, so that any name stays unchanged. */
export interface Entry {
  readonly mode: string
  readonly name: string
  readonly oid: string
}

const [plainFile, directory] = ['100644', '40000']
/** Whether a mode is that of a plain file. */
export const isFile = (mode: string): boolean => mode.startsWith('100')
/** Whether a mode is that of a directory. */
export const isDirectory = (mode: string): boolean => /^0?40000$/.test(mode)
const rawName = (name: string): string => Buffer.from(name).toString('latin1')

/** Reads the entries of a tree, by name. */
export async function readEntries(repository: Repository, tree: string): Promise<Map<string, Entry>> {
  const { object } = await readObject({ ...repository, oid: tree, format: 'content' })
  if (!(object instanceof Uint8Array)) throw new TypeError(`${tree} is not a tree`)
  const text = Buffer.from(object).toString('latin1')
  return new Map(
    [...text.matchAll(/([0-7]+) ([^\0]+)\0([\s\S]{20})/g)].map(([, mode = '', name = '', id = '']) => [
      name,
      { mode, name, oid: Buffer.from(id, 'latin1').toString('hex') },
    ]),
  )
}

/** Git sorts a directory as if its name ended with a slash: https://git-scm.com/docs/git-fast-import#_filemodify */
const sortKey = ({ mode, name }: Entry): string => (isDirectory(mode) ? `${name}/` : name)

function writeEntries(repository: Repository, entries: Iterable<Entry>): Promise<string> {
  const lines = [...entries]
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .map(({ mode, name, oid }) => `${mode} ${name}\0${Buffer.from(oid, 'hex').toString('latin1')}`)
  const object = Buffer.from(lines.join(''), 'latin1')
  return writeObject({ ...repository, type: 'tree', format: 'content', object })
}

function segments(path: string): readonly string[] {
  const parts = path.split('/')
  if (parts.some((part) => /^(?:|\.|\.\.|\.git)$/i.test(part)) || path.includes('\0')) {
    throw stop('path.outside', `${path} is not a path inside the repository`)
  }
  return parts
}

/** Groups texts by the first segment of their path, then by the rest. The rest is empty for a file. */
function byDirectory(files: ReadonlyMap<string, string>): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>()
  for (const [path, text] of files) {
    const [name = '', ...rest] = segments(path)
    groups.set(name, (groups.get(name) ?? new Map<string, string>()).set(rest.join('/'), text))
  }
  return groups
}

async function writeFile(repository: Repository, text: string, present: Entry | undefined): Promise<NewTree> {
  if (present !== undefined && !isFile(present.mode)) {
    throw stop('git.conflict', 'The path of an edited file is a link, a directory or a submodule', {
      hint: 'Name the file itself, or move what has its path.',
    })
  }
  const tree = await writeBlob({ ...repository, blob: Buffer.from(text) })
  return { tree, objects: tree === present?.oid ? [] : [tree] }
}

/**
 * Stores a tree with texts applied to it. Modes and names of all other entries stay; missing directories are created.
 * Throws `git.conflict` when the path of a text is not a plain file, and `path.outside` when it is not inside the tree.
 */
export async function applyFiles(
  repository: Repository,
  tree: string | undefined,
  files: ReadonlyMap<string, string>,
): Promise<NewTree> {
  const entries = tree === undefined ? new Map<string, Entry>() : await readEntries(repository, tree)
  const objects: string[] = []
  for (const [segment, below] of byDirectory(files)) {
    const name = rawName(segment)
    const present = entries.get(name)
    const text = below.get('')
    if (
      (text !== undefined && below.size > 1) ||
      (text === undefined && present && !isDirectory(present.mode))
    )
      throw stop('git.conflict', `${segment} is both a file and a directory`)
    const entry =
      text === undefined
        ? await applyFiles(repository, present?.oid, below)
        : await writeFile(repository, text, present)
    const mode = present?.mode ?? (text === undefined ? directory : plainFile)
    entries.set(name, { mode, name, oid: entry.tree })
    objects.push(...entry.objects)
  }
  const written = await writeEntries(repository, entries.values())
  return { tree: written, objects: written === tree ? [] : [...objects, written] }
}

/** Returns the blob id of a file in a tree; `undefined` when the path is not a file. */
export async function blobId(
  repository: Repository,
  tree: string,
  path: string,
): Promise<string | undefined> {
  const parts = segments(path)
  let oid = tree
  for (const [depth, part] of parts.entries()) {
    const entry = (await readEntries(repository, oid)).get(rawName(part))
    if (entry === undefined || !(depth < parts.length - 1 ? isDirectory : isFile)(entry.mode))
      return undefined
    oid = entry.oid
  }
  return oid
}

/** Returns the text of a file in a tree; `undefined` when the path is not a file. Throws for bytes that are not UTF-8. */
export async function readText(
  repository: Repository,
  tree: string,
  path: string,
): Promise<string | undefined> {
  const oid = await blobId(repository, tree, path)
  if (oid === undefined) return undefined
  const { blob } = await readBlob({ ...repository, oid })
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(blob)
}
