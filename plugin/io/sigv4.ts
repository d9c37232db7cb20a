import type { Credentials } from 'aws4'

/** Keys of an AWS identity; temporary keys have a session token. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A request to sign, with a form as its body. */
export interface SignedRequest {
  readonly url: URL
  readonly body: string
  readonly region: string
  readonly service: string
}

/** Headers that sign a request with Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
export async function signedHeaders(
  { url, body, region, service }: SignedRequest,
  keys: AwsKeys,
): Promise<Readonly<Record<string, string>>> {
  // Loaded only when a cluster needs it.
  const { default: aws4 } = await import('aws4')
  const request = {
    host: url.host,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    region,
    service,
  }
  const { headers = {} } = aws4.sign(request, keys satisfies Credentials)
  // fetch sets these two itself, with the same values.
  const own = Object.entries(headers).filter(([name]) => !/^(host|content-length)$/i.test(name))
  return Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

/** A request for an object. Its path and query are percent-encoded. */
export interface ObjectRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly body?: Uint8Array
  readonly region: string
}

/** Headers that sign a request to S3, or to a server with its protocol, with Signature Version 4. */
export async function signedObjectHeaders(
  { method, url, body, region }: ObjectRequest,
  keys: AwsKeys,
): Promise<Readonly<Record<string, string>>> {
  const { default: aws4 } = await import('aws4')
  const bytes = body === undefined ? {} : { body: Buffer.from(body) }
  const request = {
    host: url.host,
    path: `${url.pathname}${url.search}`,
    method,
    region,
    service: 's3',
    headers: body === undefined ? {} : { 'content-length': String(body.length) },
    ...bytes,
  }
  const { headers = {} } = aws4.sign(request, keys satisfies Credentials)
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
