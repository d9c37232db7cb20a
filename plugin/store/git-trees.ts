import { getRemoteInfo2, type HttpClient, type ServerRef } from 'isomorphic-git'
import { openCommit } from '../io/commit-tree.ts'
import { hasPack, packDirectory, storePack } from '../io/pack-repository.ts'
import { ArchiveFailure } from '../io/unpack.ts'
import { ExpectedStop, stop } from '../model/problem.ts'
import type { GitReference } from '../model/store.ts'
import { storeMount } from '../model/store.ts'
import { gitUrl } from './git-url.ts'
import { pickTag } from './oci-chart.ts'
import type { Fetched, OpenedPorts } from './store-ports.ts'
import { failed, type Transport } from './transport.ts'

/**
 * The tree of a Git repository at a branch, tag or commit: from the cache, else fetched without its history. A commit is
 * fetched once for ever, a name is resolved again after a while. Rejects with `source.fetch`.
 */
export async function fetchTree(reference: GitReference, ports: OpenedPorts): Promise<Fetched> {
  const url = gitUrl(reference.url, ports.sshAsHttps)
  const root = await ports.repositories()
  const commit = await commitOf(reference, url, { ports, root })
  try {
    const view = await openCommit(packDirectory(root, commit), commit)
    const name = reference.semver ?? reference.ref
    const title = `${url.host}${url.pathname} at ${name === undefined || name === commit ? '' : `${name}, `}commit ${commit.slice(0, 10)}`
    const directory = `git-${commit.slice(0, 24)}`
    return {
      directory,
      view,
      files: { path: `${storeMount}/${directory}`, title, version: commit, digest: commit },
    }
  } catch (error) {
    if (error instanceof ExpectedStop) throw failed(url, 'what was fetched of it cannot be read')
    throw error
  }
}

interface Place {
  readonly ports: OpenedPorts
  readonly root: string
}

const isCommit = (ref: string | undefined): ref is string => ref !== undefined && /^[0-9a-f]{40}$/.test(ref)

/** The commit of a reference, whose objects are in the cache afterwards. */
async function commitOf({ ref, semver }: GitReference, url: URL, { ports, root }: Place): Promise<string> {
  const { cache, now, refreshMs, offline } = ports
  const key = ['tree', url.href, ref ?? '', semver ?? '']
  const known = isCommit(ref) ? { digest: ref, at: now() } : await cache.resolved(key)
  const isUsable = known !== undefined && hasPack(root, known.digest)
  if (isUsable && (offline || now() - known.at < refreshMs)) return known.digest
  if (offline) throw missing(url, semver ?? ref)
  const commit = isCommit(ref) ? ref : await resolved(url, { ref, semver }, ports)
  if (!hasPack(root, commit)) await store(url, commit, { ports, root })
  await cache.remember(key, { version: commit, digest: commit, at: now() })
  return commit
}

const missing = (url: URL, name: string | undefined) =>
  stop(
    'source.fetch',
    `${url.host}${url.pathname}${name === undefined ? '' : ` at ${name}`} is not in the cache, and nothing is fetched here`,
    {
      hint: 'Run once with a network, or remove charts.offline.',
    },
  )

async function store(url: URL, commit: string, { ports, root }: Place): Promise<void> {
  try {
    await storePack(root, { commit, pack: await requestPack(url, commit, ports.transport) }, ports.limits)
  } catch (error) {
    if (error instanceof ArchiveFailure) throw failed(url, error.message)
    if (error instanceof Error && 'code' in error) throw failed(url, `it cannot be kept (${error.code})`)
    throw error
  }
}

/** The commit that a name has on the server. */
async function resolved(
  url: URL,
  { ref = 'HEAD', semver }: { readonly ref: string | undefined; readonly semver: string | undefined },
  ports: OpenedPorts,
): Promise<string> {
  const refs = await refsOf(url, ports.transport)
  const ids = new Map(refs.map(({ ref: name, oid, peeled }) => [name, peeled ?? oid]))
  const tags = [...ids.keys()].flatMap((name) => (name.startsWith('refs/tags/') ? [name.slice(10)] : []))
  const wanted = semver === undefined ? ref : await tagIn(url, { tags, semver }, ports)
  const names = [wanted, `refs/${wanted}`, `refs/tags/${wanted}`, `refs/heads/${wanted}`]
  const found = names.flatMap((name) => ids.get(name) ?? [])[0]
  if (found !== undefined) return found
  throw failed(url, `it has no branch or tag ${wanted}`)
}

async function refsOf(url: URL, transport: Transport): Promise<readonly ServerRef[]> {
  const http = httpClient(url, transport)
  try {
    return (await getRemoteInfo2({ http, url: url.href, protocolVersion: 1 })).refs ?? []
  } catch (error) {
    if (error instanceof ExpectedStop) throw error
    throw failed(url, 'the server does not answer as a Git server does')
  }
}

async function tagIn(
  url: URL,
  { tags, semver }: { readonly tags: readonly string[]; readonly semver: string },
  ports: OpenedPorts,
): Promise<string> {
  try {
    return `refs/tags/${await pickTag(tags, semver, ports)}`
  } catch (error) {
    if (error instanceof ExpectedStop) throw failed(url, `no tag is in the range ${semver}`)
    throw error
  }
}

/** Requests through the transport, as isomorphic-git makes them. */
const httpClient = (repository: URL, transport: Transport): HttpClient => ({
  request: async ({ url, headers = {} }) => {
    const response = await transport.get(new URL(url), { headers, suggest: repository })
    const { status, body, headers: received } = response
    return {
      url: response.url.href,
      statusCode: status,
      statusMessage: '',
      headers: Object.fromEntries(Object.entries(received).map(([name, value]) => [name, String(value)])),
      body: asBody(body),
    }
  },
})

async function* asBody(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes
}

const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`

/** The pack of one commit without its history: https://git-scm.com/docs/gitprotocol-pack */
async function requestPack(url: URL, commit: string, transport: Transport): Promise<Uint8Array> {
  const text = `${line(`want ${commit} ofs-delta agent=gitops-tortoise\n`)}${line('deepen 1\n')}0000${line('done\n')}`
  const { body } = await transport.get(new URL(`${url.href}/git-upload-pack`), {
    method: 'POST',
    body: new TextEncoder().encode(text),
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      accept: 'application/x-git-upload-pack-result',
    },
    suggest: url,
  })
  return packIn(body, url)
}

/** The pack after the lines of an answer. */
function packIn(answer: Uint8Array, url: URL): Uint8Array {
  const head = new TextDecoder('latin1')
  for (let at = 0; at + 4 <= answer.length; ) {
    const word = head.decode(answer.subarray(at, at + 4))
    if (word === 'PACK') return answer.subarray(at)
    if (!/^[0-9a-f]{4}$/.test(word)) break
    const size = Math.max(Number.parseInt(word, 16), 4)
    const said = head.decode(answer.subarray(at + 4, at + size))
    if (said.startsWith('ERR '))
      throw failed(url, `the server does not give the commit (${said.slice(4, 84).trim()})`)
    at += size
  }
  throw failed(url, 'the server sent no pack')
}
