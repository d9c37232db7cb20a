import {
  type CommitObject,
  indexPack,
  type PromiseFsClient,
  readCommit,
  readObject,
  writeObject,
} from 'isomorphic-git'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { findCommit } from './objects.ts'
import { pktLine, post, readPktLines, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** A commit of the server, and the function that stores it in the clone. */
export interface RemoteCommit {
  readonly commit: CommitObject
  readonly store: () => Promise<unknown>
}

const unreadable = (server: SmartHttp, id: string, why: string): ExpectedStop =>
  stop('git.remote', `Commit ${id.slice(0, 10)} could not be read from the server: ${serverMessage(why)}`, {
    place: server.place,
    hint: 'Run again. If the error stays, delete the branch on the server.',
  })

/**
 * Requests one commit. If the server knows the base, it sends only what the base does not contain; otherwise the history
 * is cut at depth 1. One request cannot do both, because with a cut history the server sends the whole tree.
 */
async function requestPack(server: SmartHttp, id: string, base: string): Promise<Uint8Array> {
  const request = (...lines: string[]) => post(server, 'git-upload-pack', Buffer.from(lines.join('')))
  const want = pktLine(`want ${id} ofs-delta agent=gitops-tortoise\n`)
  const [have, done] = [pktLine(`have ${base}\n`), pktLine('done\n')]
  const shared = readPktLines(await request(want, '0000', have, '0000')).lines.includes(`ACK ${base}`)
  const response = shared
    ? request(want, '0000', have, done)
    : request(want, pktLine('deepen 1\n'), '0000', done)
  const { lines, rest } = readPktLines(await response)
  if (rest.length > 0) return rest
  throw unreadable(
    server,
    id,
    lines.find((line) => line.startsWith('ERR ')) ?? 'the response contains no pack',
  )
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A file system in memory that suffices to index one pack, so that reading a commit leaves nothing in the clone. */
function inMemoryFs(files: Map<string, Uint8Array>): PromiseFsClient {
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

/** Reads a commit from a pack, parsed and as bytes. */
async function readPacked(pack: Uint8Array, oid: string) {
  const fs = inMemoryFs(new Map([['remote.pack', Buffer.from(pack)]]))
  const repository = { fs, gitdir: '/', cache: {}, oid }
  await indexPack({ ...repository, dir: '/', filepath: 'objects/pack/remote.pack' })
  const { commit } = await readCommit(repository)
  const { object } = await readObject({ ...repository, format: 'content' })
  return { commit, object }
}

/**
 * Copies a commit of the server into the clone, with everything that the base does not contain, as one pack. Returns the id
 * of its tree. Throws `git.remote`.
 */
export async function storeCommit(
  repository: Repository,
  server: SmartHttp,
  { id, base }: { readonly id: string; readonly base: string },
): Promise<string> {
  const known = await findCommit(repository, id)
  if (known !== undefined) return known.tree
  const pack = await requestPack(server, id, base)
  const { fs, gitdir } = repository
  const name = Buffer.from(pack.subarray(-20)).toString('hex')
  const filepath = `objects/pack/pack-${name}.pack`
  const { promises } = fs as PromiseFsClient
  await promises.writeFile(`${gitdir}/${filepath}`, pack)
  await indexPack({ ...repository, dir: gitdir, filepath })
  const { commit } = await readCommit({ ...repository, cache: {}, oid: id }).catch(() => {
    throw unreadable(server, id, 'the pack is damaged')
  })
  return commit.tree
}

/** Reads a commit of the server: from the clone if it is there, and else from the server. Throws `git.remote`. */
export async function fetchCommit(
  repository: Repository,
  server: SmartHttp,
  { id, base }: { readonly id: string; readonly base: string },
): Promise<RemoteCommit> {
  const known = await findCommit(repository, id)
  if (known !== undefined) return { commit: known, store: async () => id }
  const pack = await requestPack(server, id, base)
  const { commit, object } = await readPacked(pack, id).catch(() => {
    throw unreadable(server, id, 'the pack is damaged')
  })
  if (!(object instanceof Uint8Array)) throw unreadable(server, id, 'it is not a commit')
  const raw = { ...repository, type: 'commit' as const, format: 'content' as const, object }
  return { commit, store: () => writeObject(raw) }
}
