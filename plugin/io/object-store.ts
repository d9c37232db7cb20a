import { type GuardedResponse, guardedRequest, operatorGuard } from './guarded-request.ts'
import type { ProxyOf } from './proxy-agent.ts'
import { RequestFailure } from './request-failure.ts'
import type { AwsKeys, ObjectRequest } from './sigv4.ts'

/** Objects by name in a bucket. All methods reject with `RequestFailure` where the server does not do what is asked. */
export interface ObjectStore {
  /** `undefined` where there is none. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>
  /** The names that begin with a text. */
  readonly names: (prefix: string) => Promise<readonly string[]>
  readonly remove: (name: string) => Promise<void>
}

/** A bucket with its keys, and the limits of a request. */
export interface Bucket {
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly region: string
  /** Base URL of a server other than AWS. */
  readonly endpoint?: string | undefined
  readonly keys: AwsKeys
  readonly timeoutMs: number
  readonly proxy?: ProxyOf
}

/** Bytes. What is kept is far smaller; a larger answer is none of ours. */
const largestObject = 1024 ** 3
const largestList = 16 * 1024 ** 2
const mostPages = 100

/** Opens a bucket of S3, or of a server that speaks its protocol. Nothing is requested before the first call. */
export function objectStore(bucket: Bucket): ObjectStore {
  const start = bucket.prefix === undefined ? '' : `${bucket.prefix}/`
  const ask = (method: ObjectRequest['method'], path: string, body?: Uint8Array) =>
    request(bucket, { method, url: urlOf(bucket, path), ...(body && { body }) })
  return {
    read: async (name) => {
      const { status, body } = await ask('GET', keyOf(start + name))
      if (status === 404 && !/<Code>NoSuchBucket</.test(text(body))) return undefined
      return accepted({ status, body }).body
    },
    write: async (name, bytes) => {
      accepted(await ask('PUT', keyOf(start + name), bytes))
    },
    remove: async (name) => {
      const response = await ask('DELETE', keyOf(start + name))
      if (response.status !== 404) accepted(response)
    },
    names: async (prefix) => {
      const names: string[] = []
      let token: string | undefined
      for (let page = 0; page < mostPages; page += 1) {
        const answer = text(accepted(await ask('GET', listQuery(keyOf(start + prefix), token))).body)
        names.push(...[...answer.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => nameOf(key)))
        token = /<NextContinuationToken>([^<]+)</.exec(answer)?.[1]
        if (token === undefined) break
      }
      return names.map((name) => name.slice(start.length))
    },
  }
}

type Asked = Omit<ObjectRequest, 'region'>

async function request(bucket: Bucket, asked: Asked): Promise<GuardedResponse> {
  const { region, keys, timeoutMs, proxy } = bucket
  // Loaded only when a bucket is used.
  const { signedObjectHeaders } = await import('./sigv4.ts')
  const headers = await signedObjectHeaders({ ...asked, region }, keys)
  const maxBytes = asked.url.searchParams.has('list-type') ? largestList : largestObject
  const { host } = asked.url
  // A signature is for one server: what redirects to another is refused.
  const guard = operatorGuard(
    (url) => {
      if (url.host !== host) throw new RequestFailure(`the server redirects to ${url.host}: check region`)
    },
    { proxy },
  )
  return guardedRequest({ ...asked, headers, maxBytes, timeoutMs }, guard)
}

/** AWS has a host for each bucket; other servers have the bucket in the path. */
function urlOf({ bucket, region, endpoint }: Bucket, path: string): URL {
  if (endpoint === undefined) return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`)
  return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`)
}

const listQuery = (prefix: string, token: string | undefined): string =>
  `?${[
    ...(token === undefined ? [] : [`continuation-token=${encodeURIComponent(unescaped(token))}`]),
    'list-type=2',
    `prefix=${encodeURIComponent(prefix)}`,
  ].join('&')}`

/** A name as a key of letters, digits and `- . _ ~ = /`, which every server and signature write alike. */
const keyOf = (name: string): string =>
  name
    .split('/')
    .map((part) =>
      encodeURIComponent(part)
        .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
        .replaceAll('%', '='),
    )
    .join('/')

const nameOf = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('=', '%'))
  } catch {
    // An object that somebody else wrote.
    return key
  }
}

/** Throws for an answer that is no success. */
function accepted<T extends Pick<GuardedResponse, 'status' | 'body'>>(response: T): T {
  const { status, body } = response
  if (status >= 200 && status < 300) return response
  const code = /<Code>(\w{1,60})</.exec(text(body))?.[1]
  throw new RequestFailure(`the server answers HTTP ${status}${code === undefined ? '' : ` (${code})`}`)
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

const unescaped = (xml: string): string =>
  xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
