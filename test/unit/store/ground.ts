import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type BlobDirectory, blobMemory } from '../../../plugin/io/blob-directory.ts'
import { createPrograms } from '../../../plugin/io/programs.ts'
import { makeTemporaryDirectory } from '../../../plugin/io/workspace.ts'
import type { MountedStore } from '../../../plugin/model/store.ts'
import { allowList } from '../../../plugin/store/allow.ts'
import { storeCache } from '../../../plugin/store/cache.ts'
import { type HostLogin, hostCredentials } from '../../../plugin/store/credentials.ts'
import { openStore } from '../../../plugin/store/store.ts'
import { openTransport } from '../../../plugin/store/transport.ts'
import { programDirectory } from '../../lab/programs.mjs'

/** A server on the loopback interface that answers as a test says. */
export interface OddServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[]
  readonly close: () => Promise<void>
}

/** Answers by path. */
export type Answers = Readonly<
  Record<string, string | Uint8Array | ((response: ServerResponse, request: IncomingMessage) => void)>
>

/** Serves answers, which may be changed later. */
export async function serve(answers: () => Answers): Promise<OddServer> {
  const requests: { path: string; authorization: string | undefined }[] = []
  const listener: RequestListener = (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    requests.push({ path, authorization: request.headers.authorization })
    const answer = answers()[path]
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(response, request)
    else response.writeHead(200).end(answer)
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a store is opened with. */
export interface StoreWith {
  readonly allow: readonly string[]
  readonly directory?: BlobDirectory
  readonly logins?: readonly HostLogin[]
  readonly env?: Readonly<Record<string, string>>
  readonly offline?: boolean
  readonly timeoutMs?: number
  readonly refreshMs?: number
  readonly now?: () => number
  readonly sshAsHttps?: readonly string[]
  readonly warn?: (message: string) => void
}

/** Small limits, so that attacks are small too. */
const limits = { downloadBytes: 1024 ** 2, unpackedBytes: 4 * 1024 ** 2, files: 50 }

/** A store with the real Helm. */
export function storeWith(given: StoreWith): MountedStore {
  const { allow, directory = blobMemory(), logins = [], env = {}, offline = false } = given
  const { timeoutMs = 5_000, refreshMs = 60_000, now = Date.now, sshAsHttps = [], warn } = given
  const own = { ...limits, timeoutMs }
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  return openStore({
    transport: openTransport(allowList(allow), hostCredentials(logins, { env, readFile }), own),
    programs: createPrograms({}, programDirectory('v35')),
    cache: storeCache(directory, warn ?? (() => undefined)),
    repositories: () => makeTemporaryDirectory('tortoise-git-'),
    sshAsHttps,
    limits: own,
    offline,
    refreshMs,
    now,
  })
}

/** An entry of a tar archive. */
export interface TarEntry {
  readonly path: string
  readonly text?: string | Uint8Array
  readonly type?: string
  readonly link?: string
}

/** A gzipped tar archive, as odd as its entries are. */
export const packed = (...entries: readonly TarEntry[]): Buffer =>
  gzipSync(Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]))

function tarEntry({ path, text = '', type = '0', link = '' }: TarEntry): Buffer {
  const content = Buffer.from(text)
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000644', 100)
  header.write(content.length.toString(8).padStart(11, '0'), 124)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar', 257)
  header.write('        ', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0`, 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

/** A chart with further entries. */
export const chart = (...more: readonly TarEntry[]): Buffer =>
  packed({ path: 'web/Chart.yaml', text: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }, ...more)

/** The index of a repository with one version of one chart. */
export const indexOf = (url: string, digest = ''): string =>
  JSON.stringify({
    apiVersion: 'v1',
    entries: { web: [{ name: 'web', version: '1.0.0', apiVersion: 'v2', urls: [url], digest }] },
  })

/** The message of what a promise rejects with. */
export const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (found) => `it did not fail: ${JSON.stringify(found)}`,
    (error: Error) => error.message,
  )
