import { oneLine } from '../../model/text/clean.ts'

/** HTTP status for a request that would leave the server: "Misdirected Request". */
export const misdirected = 421

/** The remedy for a refused redirect. */
export const misdirectedHint =
  'Set the URL of the forge in the settings to the address that it redirects to, if that server may get the token.'

const mostRedirects = 5
/** A page of a forge has some megabytes, a commit with its files no more than what is read of a file. */
const mostBytes = 128 * 1024 ** 2
const timeoutMs = 120_000

/**
 * Returns a `fetch` for one server. It follows redirects within the origin of `base`, as forges send them for a renamed
 * repository. A redirect or link to another server, or one that changes the method, is not followed: it is answered with the
 * status `misdirected` and a message, so no other server gets the token or decides anything. Time and size of an answer are
 * limited.
 */
export function fetchFrom(base: string): typeof fetch {
  const { origin } = new URL(base)
  return async (input, init) => {
    const request = new Request(input, init)
    const { method, headers } = request
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)])
    const body = request.body === null ? null : await request.arrayBuffer()
    let url = new URL(request.url)
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      if (url.origin !== origin) return refusal(`another server, ${oneLine(url.host)}`)
      const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' })
      if (![301, 302, 303, 307, 308].includes(response.status)) return bounded(response)
      await response.body?.cancel()
      const location = response.headers.get('location') ?? ''
      if (!URL.canParse(location, url.href)) return refusal('something that is not a URL')
      if (response.status < 307 && method !== 'GET') return refusal('a page that does not take what is sent')
      url = new URL(location, url)
    }
    return refusal(`itself more than ${mostRedirects} times`)
  }
}

/** The response, whose body fails where it is larger than is read. */
function bounded(response: Response): Response {
  let bytes = 0
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (part, controller) => {
        bytes += part.length
        if (bytes <= mostBytes) controller.enqueue(part)
        else controller.error(new TypeError(`it sends more than ${mostBytes / 1024 ** 2} MiB`))
      },
    }),
  )
  const { status, statusText, headers, url } = response
  return Object.defineProperty(new Response(counted ?? null, { status, statusText, headers }), 'url', {
    value: url,
  })
}

const refusal = (target: string): Response =>
  Response.json({ message: `it leads to ${target}` }, { status: misdirected })
