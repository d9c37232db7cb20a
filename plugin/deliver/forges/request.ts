import { stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import type { TokenSource } from '../git/smart-http.ts'
import { misdirected, misdirectedHint } from './same-server.ts'

/** The status and message of a refused request. */
export interface HttpFailure {
  readonly status: number
  readonly message: string
}

/** The name and place of a forge for messages, and how to read the errors of its client library. */
export interface ForgeClient {
  readonly name: string
  readonly place: { readonly file: string }
  /** Returns `undefined` for an error that is not a refused request. */
  readonly failureOf: (error: unknown) => HttpFailure | undefined
}

/**
 * Sends a request. A refused one throws `forge.refused` with `action` ("open a pull request") in its message, and with
 * nothing of the request, which contains the token.
 */
export type Send = <T>(action: string, request: () => Promise<T>) => Promise<T>

function hint(status: number): string {
  if (status === 429) return 'Run again later. The rate limit is used up.'
  if ([401, 403, 404].includes(status))
    return 'Use a token that can read this repository and write its branches, its pull (or merge) requests and its issues.'
  if (status === misdirected) return misdirectedHint
  return status >= 500
    ? 'Check the URL and the network, then run again.'
    : 'Check deliver.base and deliver.branch.'
}

/** Returns the function that sends requests to one forge. */
export const sendWith = ({ name, place, failureOf }: ForgeClient): Send =>
  async function send(action, request) {
    try {
      return await request()
    } catch (error) {
      // `fetch` throws a TypeError when the server cannot be reached.
      const unreachable = error instanceof TypeError ? { status: 0, message: 'no answer' } : undefined
      const failure = failureOf(error) ?? unreachable
      if (failure === undefined) throw error
      const { status, message } = failure
      const text = `${name} refused to ${action} (HTTP ${status}): ${serverMessage(message)}`
      throw stop('forge.refused', text, {
        place,
        hint: status === 0 ? 'Check the URL and the network, then run again.' : hint(status),
        cause: { status },
      })
    }
  }

/** Returns the HTTP status of a `forge.refused` error; `undefined` for any other error. */
export function httpStatusOf(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
    ? cause.status
    : undefined
}

/** Returns a handler for `catch`: a value in the place of a `forge.refused` error with one of the statuses. */
export const orIfRefused =
  <T>(statuses: readonly number[], value: T) =>
  (error: unknown): T => {
    if (statuses.includes(httpStatusOf(error) ?? 0)) return value
    throw error
  }

/** Events of one pull request that are read. If it has more, these do not show who did something last. */
export const mostEvents = 1000

/** A repository on a forge, and how to log in. */
export interface RepositoryAccess {
  /** Base URL of the forge. */
  readonly url: string
  /** `owner/name`. On GitLab the owner may be a path of groups. */
  readonly repository: string
  readonly token: TokenSource
}
