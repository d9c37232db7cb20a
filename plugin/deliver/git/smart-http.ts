import { Errors, getRemoteInfo2, type HttpClient } from 'isomorphic-git'
import { oneLine } from '../../model/escape-markdown.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'

/** Asks for a token at the moment it is needed, so that no options value ever holds one; for another one when asked to renew. */
export type TokenSource = (renew?: boolean) => string | Promise<string>

/** A repository on a server. */
export interface Remote {
  readonly url: string
  readonly token?: TokenSource
}

/** An opened remote: whom to ask, with which headers, and how to name it in messages. */
export interface SmartHttp {
  readonly http: HttpClient
  readonly url: string
  readonly place: { readonly file: string }
  readonly headers: () => Promise<Record<string, string>>
}

const idleTimeout = 120_000

const parseUrl = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined)

/** Host and path of a URL: all that may be shown of it. */
export function urlPlace(url: string): string {
  const parsed = parseUrl(url)
  return parsed?.host ? `${parsed.host}${parsed.pathname}` : 'the remote'
}

/** Opens a remote. Refuses URLs that are not HTTP(S) or that hold credentials; shows neither. */
export function openRemote({ url, token }: Remote, http: HttpClient): SmartHttp {
  const place = { file: urlPlace(url) }
  const parsed = parseUrl(url)
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw stop('git.remote', 'Only HTTPS remotes can be pushed to', {
      place,
      hint: 'Give the https:// address of the repository and a token.',
    })
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw stop('git.remote', 'The address of the remote holds credentials', {
      place,
      hint: 'Take them out of the address and pass them as the token.',
    })
  }
  return {
    http: { request: (asked) => http.request({ ...asked, fetchOptions: { timeout: idleTimeout } }) },
    url: `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}`,
    place,
    headers: async () => (token === undefined ? {} : { Authorization: basic(await token()) }),
  }
}

const basic = (token: string): string =>
  `Basic ${Buffer.from(`x-access-token:${token.trim()}`).toString('base64')}`

function refusedStatus({ place }: SmartHttp, status: number): ExpectedStop {
  const hint =
    status === 401 || status === 403
      ? 'Give a token that may write the contents of this repository (contents: write).'
      : 'Check the address, and that the token may see this repository.'
  return stop('git.remote', `The server refused with HTTP ${status}`, { place, hint })
}

/** Turns what a request throws into a `git.remote` stop that repeats nothing the request carried. */
function unreachable(wire: SmartHttp, error: unknown): ExpectedStop {
  if (error instanceof Errors.HttpError) return refusedStatus(wire, error.data.statusCode)
  const known = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  return stop('git.remote', `The server gave no answer that can be used (${oneLine(known)})`, {
    place: wire.place,
    hint: 'Check the address and the network, then run again.',
  })
}

/** The commit a branch of the remote points at now; `undefined` when it has no such branch. */
export async function remoteHead(wire: SmartHttp, branch: string): Promise<string | undefined> {
  const { http, url } = wire
  const headers = await wire.headers()
  const asked = getRemoteInfo2({ http, url, headers, forPush: true, protocolVersion: 1 })
  const { refs = [] } = await asked.catch((error: unknown) => {
    throw unreachable(wire, error)
  })
  return refs.find(({ ref }) => ref === `refs/heads/${branch}`)?.oid
}

/** Posts a body to a Git service and returns the answer. */
export async function post(
  wire: SmartHttp,
  service: 'git-upload-pack' | 'git-receive-pack',
  body: Uint8Array,
): Promise<Uint8Array> {
  async function* chunks() {
    yield body
  }
  const headers = {
    ...(await wire.headers()),
    'content-type': `application/x-${service}-request`,
    accept: `application/x-${service}-result`,
    'content-length': String(body.length),
  }
  const ask = { url: `${wire.url}/${service}`, method: 'POST', headers, body: chunks() }
  try {
    const answer = await wire.http.request(ask)
    if (answer.statusCode !== 200) throw new Errors.HttpError(answer.statusCode, '', '')
    const parts: Uint8Array[] = []
    for await (const part of answer.body ?? []) parts.push(part)
    return Buffer.concat(parts)
  } catch (error) {
    throw unreachable(wire, error)
  }
}

/** One line of Git's protocol: https://git-scm.com/docs/gitprotocol-common#_pkt_line_format */
export const pktLine = (text: string): string =>
  `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`

/** Reads lines as long as there are any; what follows them is the rest. */
export function readPktLines(bytes: Uint8Array): { lines: readonly string[]; rest: Uint8Array } {
  const lines: string[] = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const head = Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
    if (!/^[0-9a-f]{4}$/.test(head)) break
    const size = Number.parseInt(head, 16)
    if (size > 4)
      lines.push(
        Buffer.from(bytes.subarray(at + 4, at + size))
          .toString()
          .trimEnd(),
      )
    at += Math.max(size, 4)
  }
  return { lines, rest: bytes.subarray(at) }
}
