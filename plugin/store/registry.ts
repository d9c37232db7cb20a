import { sha256 } from '../io/blob-directory.ts'
import type { GuardedResponse } from '../io/guarded-request.ts'
import { type Json, listOf, textOf, valueAt } from '../model/json.ts'
import { keepSecret } from '../model/text/secrets.ts'
import { once, onceEach } from './once.ts'
import type { Transport, TransportOptions } from './transport.ts'
import { failed } from './transport.ts'

/** A manifest of a registry. */
export interface Manifest {
  readonly digest: string
  readonly body: Uint8Array
  readonly type: string
}

/** One repository of an OCI registry: https://github.com/opencontainers/distribution-spec. Its functions reject with `source.fetch`. */
export interface RegistryRepository {
  readonly tags: () => Promise<readonly string[]>
  /** A manifest by its tag or digest. */
  readonly manifest: (reference: string) => Promise<Manifest>
  /** A blob whose digest was checked. */
  readonly blob: (digest: string) => Promise<Uint8Array>
}

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const mostPages = 50

/** Opens the repository at an `oci://` URL. Answers are kept, so that each is requested once. */
export function openRegistry(url: string, transport: Transport): RegistryRepository {
  const { hostname, host, pathname } = new URL(url.replace(/^oci:/, 'https:'))
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host
  const scheme = transport.allow.isPlain(server) || transport.allow.isPlain(hostname) ? 'http' : 'https'
  const meant = new URL(`${scheme}://${server}${pathname}`)
  const session = loggedIn(meant, transport)
  const at = (path: string): URL => new URL(`${meant.origin}/v2${pathname.replace(/\/$/, '')}/${path}`)
  const manifest = async (reference: string): Promise<Manifest> => {
    const url = at(`manifests/${reference}`)
    const { body, headers } = await session(url, { headers: { accept: manifestTypes } })
    const digest = `sha256:${sha256(body)}`
    const said = reference.includes(':') ? reference : headers['docker-content-digest']
    if (said !== undefined && said !== digest) throw failed(url, `its digest is ${digest}, and not ${said}`)
    return { digest, body, type: headers['content-type'] ?? '' }
  }
  const blob = async (digest: string): Promise<Uint8Array> => {
    const { body } = await session(at(`blobs/${digest}`))
    const actual = `sha256:${sha256(body)}`
    if (actual === digest) return body
    throw failed(at(`blobs/${digest}`), `its digest is ${actual}, and not ${digest}`)
  }
  return {
    tags: once(() => tagsAt(at('tags/list'), session)),
    manifest: onceEach(manifest),
    blob: onceEach(blob),
  }
}

type Session = (url: URL, options?: TransportOptions) => Promise<GuardedResponse>

/** Requests with the login that the registry challenges for: https://distribution.github.io/distribution/spec/auth/token/ */
function loggedIn(meant: URL, transport: Transport): Session {
  const meaning = (url: URL): URL => (url.host === meant.host ? meant : url)
  let authorization: string | undefined
  return async (url, options = {}) => {
    const send = () =>
      transport.ask(url, {
        ...options,
        meaning,
        suggest: meant,
        authorization: authorization === undefined ? undefined : { host: meant.host, value: authorization },
      })
    let response = await send()
    const challenge = response.headers['www-authenticate']
    if (response.status === 401 && challenge !== undefined) {
      authorization = await answerTo(challenge, { meant, meaning, transport })
      response = await send()
    }
    if (response.status === 200) return response
    throw failed(url, statusOf(response.status))
  }
}

const statusOf = (status: number): string =>
  status === 401 || status === 403
    ? `the registry refuses (HTTP ${status}): give its login in charts.credentials`
    : `the registry answers HTTP ${status}`

interface Challenged {
  readonly meant: URL
  readonly meaning: (url: URL) => URL
  readonly transport: Transport
}

async function answerTo(
  challenge: string,
  { meant, meaning, transport }: Challenged,
): Promise<string | undefined> {
  const own = transport.credentials.headers(meant)['authorization']
  if (!/^bearer /i.test(challenge)) return own
  const given = (key: string): string | undefined =>
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].find(([, name]) => name === key)?.[2]
  const realm = given('realm') ?? ''
  if (!URL.canParse(realm)) throw failed(meant, 'the registry names no server for its tokens')
  const url = new URL(realm)
  for (const key of ['service', 'scope']) {
    const value = given(key)
    if (value !== undefined) url.searchParams.set(key, value)
  }
  const { body } = await transport.get(url, { meaning })
  const answer = parsed(body)
  const token = textOf(valueAt(answer, ['token'])) ?? textOf(valueAt(answer, ['access_token']))
  if (token === undefined) throw failed(url, 'the server gives no token')
  return `Bearer ${keepSecret(token)}`
}

async function tagsAt(first: URL, session: Session): Promise<readonly string[]> {
  const tags: string[] = []
  let url: URL | undefined = first
  for (let page = 0; url !== undefined && page < mostPages; page += 1) {
    const { body, headers }: GuardedResponse = await session(url)
    tags.push(...listOf(valueAt(parsed(body), ['tags'])).flatMap((tag) => textOf(tag) ?? []))
    const next = /<([^>]+)>; *rel="?next/.exec(String(headers['link'] ?? ''))?.[1]
    url = next !== undefined && URL.canParse(next, url.href) ? new URL(next, url) : undefined
  }
  return tags
}

/** The value of a JSON answer; `null` for anything else. */
export function parsed(body: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Json
  } catch {
    return null
  }
}
