import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git'
import { stop } from '../../model/problem.ts'
import { oneLine } from '../../model/text/clean.ts'

const mostRedirects = 5

/** The request that starts a fetch or a push. */
const discovery = '/info/refs?service='

/**
 * Returns a client for the repository at `base`. As Git does, it follows redirects of the first request of a fetch or push (a
 * renamed repository), and sends the rest to the new place. Unlike Git, it stays on the same server: the server would get the token
 * or decide what the branch holds. Its requests throw `git.remote` for any other redirect.
 */
export function clientFor(base: string, http: HttpClient): HttpClient {
  let current = base
  const sendTo = (url: string, request: GitHttpRequest): Promise<GitHttpResponse> =>
    http.request({ ...request, url, fetchOptions: { ...request.fetchOptions, followRedirects: false } })
  const request = async (wanted: GitHttpRequest): Promise<GitHttpResponse> => {
    const path = wanted.url.slice(base.length)
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const response = await sendTo(`${current}${path}`, wanted)
      const location = redirectOf(response)
      if (location === undefined) return response
      current = nextBase(current, path, location)
      // Leaving the loop ends the connection.
      for await (const _ of response.body ?? []) break
    }
    throw refused(base, `redirects more than ${mostRedirects} times`)
  }
  return { request }
}

/** Where a response leads; `undefined` for one that is not a redirect. */
function redirectOf({ statusCode, headers = {} }: GitHttpResponse): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode) ? (headers['location'] ?? '') : undefined
}

function nextBase(base: string, path: string, location: string): string {
  const from = new URL(`${base}${path}`)
  if (!URL.canParse(location, from.href)) throw refused(base, 'redirects to something that is not a URL')
  const to = new URL(location, from)
  if (to.origin !== from.origin) throw refused(base, `redirects to another server, ${oneLine(to.host)}`)
  if (!path.startsWith(discovery) || !to.href.endsWith(path))
    throw refused(base, 'redirects to something that is not a Git repository')
  return to.href.slice(0, -path.length)
}

const refused = (base: string, what: string): Error =>
  stop('git.remote', `The server ${what}, which is not followed`, {
    place: { file: base.replace(/^https?:\/\//, '') },
    hint: 'Set deliver.remote.url to the address that it redirects to, if that server may get the token.',
  })
