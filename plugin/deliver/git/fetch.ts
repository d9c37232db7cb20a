import {
  type CommitObject,
  indexPack,
  type PromiseFsClient,
  readCommit,
  readObject,
  writeObject,
} from 'isomorphic-git'
import { oneLine } from '../../model/escape-markdown.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { findCommit } from './objects.ts'
import { pktLine, post, readPktLines, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** A commit, and how to store it in the local repository if it is to be used there. */
export interface RemoteCommit {
  readonly commit: CommitObject
  readonly keep: () => Promise<unknown>
}

const unreadable = (wire: SmartHttp, id: string, why: string): ExpectedStop =>
  stop('git.remote', `Commit ${id.slice(0, 10)} could not be read from the server: ${oneLine(why)}`, {
    place: wire.place,
    hint: 'Run again; if it stays, delete the branch on the server.',
  })

/**
 * Asks for one commit: what the base holds is not sent when the server knows the base, else its history is cut off.
 * Both in one request would not do: behind a cut the server sends the whole tree again.
 */
async function askPack(wire: SmartHttp, id: string, base: string): Promise<Uint8Array> {
  const ask = (...lines: string[]) => post(wire, 'git-upload-pack', Buffer.from(lines.join('')))
  const want = pktLine(`want ${id} ofs-delta agent=gitops-tortoise\n`)
  const [have, done] = [pktLine(`have ${base}\n`), pktLine('done\n')]
  const shared = readPktLines(await ask(want, '0000', have, '0000')).lines.includes(`ACK ${base}`)
  const answer = shared ? ask(want, '0000', have, done) : ask(want, pktLine('deepen 1\n'), '0000', done)
  const { lines, rest } = readPktLines(await answer)
  if (rest.length > 0) return rest
  throw unreadable(wire, id, lines.find((line) => line.startsWith('ERR ')) ?? 'no pack came')
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A file system in memory, just enough to index one pack: the clone keeps no trace of what was only looked at. */
function memory(files: Map<string, Uint8Array>): PromiseFsClient {
  const absent = async (path: string) => {
    throw Object.assign(new Error(path), { code: 'ENOENT' })
  }
  const status = { isFile: () => false, isDirectory: () => true, isSymbolicLink: () => false }
  const promises = {
    readFile: async (path: string) => files.get(baseName(path)) ?? (await absent(path)),
    writeFile: async (path: string, data: Uint8Array) => void files.set(baseName(path), data),
    readdir: async () => [...files.keys()],
    mkdir: async () => undefined,
    stat: async () => status,
    lstat: async () => status,
    unlink: absent,
    rmdir: absent,
    readlink: absent,
    symlink: absent,
  }
  return { promises }
}

/** Reads a commit out of a pack, parsed and as bytes. */
async function readPacked(pack: Uint8Array, oid: string) {
  const fs = memory(new Map([['remote.pack', Buffer.from(pack)]]))
  const repository = { fs, gitdir: '/', cache: {}, oid }
  await indexPack({ ...repository, dir: '/', filepath: 'objects/pack/remote.pack' })
  const { commit } = await readCommit(repository)
  const { object } = await readObject({ ...repository, format: 'content' })
  return { commit, object }
}

/** Stores a commit that the server has, with all it holds beyond what the base does, in a pack of its own. */
export async function keepCommit(
  repository: Repository,
  wire: SmartHttp,
  { id, base }: { readonly id: string; readonly base: string },
): Promise<string> {
  const known = await findCommit(repository, id)
  if (known !== undefined) return known.tree
  const pack = await askPack(wire, id, base)
  const { fs, gitdir } = repository
  const name = Buffer.from(pack.subarray(-20)).toString('hex')
  const filepath = `objects/pack/pack-${name}.pack`
  const { promises } = fs as PromiseFsClient
  await promises.writeFile(`${gitdir}/${filepath}`, pack)
  await indexPack({ ...repository, dir: gitdir, filepath })
  const { commit } = await readCommit({ ...repository, cache: {}, oid: id }).catch(() => {
    throw unreadable(wire, id, 'the pack is broken')
  })
  return commit.tree
}

/** Reads a commit that the server has: from the clone when it is there, else over the wire. */
export async function fetchCommit(
  repository: Repository,
  wire: SmartHttp,
  { id, base }: { readonly id: string; readonly base: string },
): Promise<RemoteCommit> {
  const known = await findCommit(repository, id)
  if (known !== undefined) return { commit: known, keep: async () => id }
  const pack = await askPack(wire, id, base)
  const { commit, object } = await readPacked(pack, id).catch((error: unknown) => {
    throw unreadable(wire, id, error instanceof Error ? error.message : 'the pack is broken')
  })
  if (!(object instanceof Uint8Array)) throw unreadable(wire, id, 'it is not a commit')
  const kept = { ...repository, type: 'commit' as const, format: 'content' as const, object }
  return { commit, keep: () => writeObject(kept) }
}
