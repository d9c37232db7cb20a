import { Errors, getRemoteInfo2, type HttpClient } from 'isomorphic-git'
import { ExpectedStop, stop } from '../../model/problem.ts'
import { oneLine } from '../../model/text/clean.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { clientFor } from './same-server.ts'

/** Returns a token when it is needed, so that no options value contains one. `renew` requests a new token. */
export type TokenSource = (renew?: boolean) => string | Promise<string>

/** A repository on a server. */
export interface Remote {
  readonly url: string
  readonly token?: TokenSource
}

/** A remote that is read and written with Git's smart HTTP protocol, and its name in messages. */
export interface SmartHttp {
  readonly http: HttpClient
  readonly url: string
  readonly place: { readonly file: string }
  readonly headers: () => Promise<Record<string, string>>
}

const idleTimeoutMs = 120_000

const parseUrl = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined)

/** Returns host and path of a URL: the parts that messages may show. */
export function urlPlace(url: string): string {
  const parsed = parseUrl(url)
  return parsed?.host ? `${parsed.host}${parsed.pathname}` : 'the remote'
}

/** Opens a remote. Throws `git.remote` for a URL that is not HTTP(S) or contains credentials, and shows neither. */
export function openRemote({ url, token }: Remote, http: HttpClient): SmartHttp {
  const place = { file: urlPlace(url) }
  const parsed = parseUrl(url)
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw stop('git.remote', 'Only remotes with an HTTP(S) URL can be used', {
      place,
      hint: 'Set deliver.remote.url to the https:// URL of the repository, and provide a token.',
    })
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw stop('git.remote', 'The URL of the remote contains credentials', {
      place,
      hint: 'Remove them from the URL and pass them as the token.',
    })
  }
  const base = `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}`
  const patient: HttpClient = {
    request: (request) =>
      http.request({ ...request, fetchOptions: { ...request.fetchOptions, timeout: idleTimeoutMs } }),
  }
  return {
    http: clientFor(base, patient),
    url: base,
    place,
    headers: async () => (token === undefined ? {} : { Authorization: basic(await token()) }),
  }
}

const basic = (token: string): string =>
  `Basic ${keepSecret(Buffer.from(`x-access-token:${token.trim()}`).toString('base64'))}`

function refusedStatus({ place }: SmartHttp, status: number): ExpectedStop {
  const hint =
    status === 401 || status === 403
      ? 'Use a token that may write the contents of this repository (contents: write).'
      : 'Check the URL, and that the token may read this repository.'
  return stop('git.remote', `The server refused with HTTP ${status}`, { place, hint })
}

/** Converts the error of a request to `git.remote`, without anything that the request contains. */
export function remoteError(server: SmartHttp, error: unknown): ExpectedStop {
  if (error instanceof ExpectedStop) return error
  if (error instanceof Errors.HttpError) return refusedStatus(server, error.data.statusCode)
  const known = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  return stop('git.remote', `The server cannot be reached or sent an invalid response (${oneLine(known)})`, {
    place: server.place,
    hint: 'Check the URL and the network, then run again.',
  })
}

/** Returns the head of a branch of the remote; `undefined` when the remote has no such branch. Throws `git.remote`. */
export async function remoteHead(server: SmartHttp, branch: string): Promise<string | undefined> {
  const { http, url } = server
  const headers = await server.headers()
  const info = getRemoteInfo2({ http, url, headers, forPush: true, protocolVersion: 1 })
  const { refs = [] } = await info.catch((error: unknown) => {
    throw remoteError(server, error)
  })
  return refs.find(({ ref }) => ref === `refs/heads/${branch}`)?.oid
}

/** Posts a body to a Git service and returns the response. Throws `git.remote`. */
export async function post(
  server: SmartHttp,
  service: 'git-upload-pack' | 'git-receive-pack',
  body: Uint8Array,
): Promise<Uint8Array> {
  async function* chunks() {
    yield body
  }
  const headers = {
    ...(await server.headers()),
    'content-type': `application/x-${service}-request`,
    accept: `application/x-${service}-result`,
    'content-length': String(body.length),
  }
  const request = { url: `${server.url}/${service}`, method: 'POST', headers, body: chunks() }
  try {
    const response = await server.http.request(request)
    if (response.statusCode !== 200) throw new Errors.HttpError(response.statusCode, '', '')
    const parts: Uint8Array[] = []
    for await (const part of response.body ?? []) parts.push(part)
    return Buffer.concat(parts)
  } catch (error) {
    throw remoteError(server, error)
  }
}

/** One line of Git's protocol: https://git-scm.com/docs/gitprotocol-common#_pkt_line_format */
export const pktLine = (text: string): string =>
  `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`

/** Splits a response into its lines and the bytes after them. */
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
