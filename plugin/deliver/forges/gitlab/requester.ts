import { createRequesterFn } from '@gitbeaker/requester-utils'
import { GitbeakerRequestError } from '@gitbeaker/rest'

/** HTTP statuses of a server that is busy. */
const busy = [429, 502]
const mostAttempts = 4
const pauseMs = 250

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Returns how the client library sends its requests, with a `fetch` of ours: the library's own follows redirects to any server
 * and sends it the token. A refused request rejects with `GitbeakerRequestError`.
 */
export const requesterWith = (send: typeof fetch) =>
  createRequesterFn(
    async (_, options) => options,
    async (endpoint, { prefixUrl, searchParams, method, headers, body } = {}) => {
      const url = new URL(endpoint, `${String(prefixUrl).replace(/\/$/, '')}/`)
      url.search = String(searchParams ?? '')
      const request = new Request(url, { method, headers, body } as RequestInit)
      let response = await send(request.clone())
      for (let made = 1; busy.includes(response.status) && made < mostAttempts; made += 1) {
        await sleep(pauseMs * 2 ** made)
        response = await send(request.clone())
      }
      if (!response.ok) throw await failed(request, response)
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
      const text = await response.text()
      return {
        body: isJson ? (JSON.parse(text) ?? {}) : text || null,
        headers: Object.fromEntries(response.headers),
        status: response.status,
      }
    },
  )

async function failed(request: Request, response: Response): Promise<GitbeakerRequestError> {
  const description = messageOf(await response.text()) ?? response.statusText
  return new GitbeakerRequestError(description, { cause: { description, request, response } })
}

/** The message of GitLab in the body of a refusal. */
function messageOf(text: string): string | undefined {
  try {
    const { error, message = error } = JSON.parse(text) as { error?: unknown; message?: unknown }
    return typeof message === 'string' ? message : JSON.stringify(message)
  } catch {
    return undefined
  }
}
