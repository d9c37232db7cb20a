import { ExpectedStop, type ProblemCode, stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { isRedirect, isTimeout, networkReason, TransientError } from '../request.ts'
import { redact, shownUrl } from '../secrets.ts'
import { envelopeSchema } from './response-reader.ts'

/** A server as error messages show it. */
export interface ShownServer {
  /** URL without credentials. */
  readonly shown: string
  /** Texts that are replaced by `***` in messages. */
  readonly secrets: readonly string[]
}

const tooLarge = /too many samples|too large|too long|exceed|limit|timed? ?out|no answer in time/i

/** True for an error that a query for less data may avoid. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof ExpectedStop && tooLarge.test(error.message)

/** A message of the server, short enough to be shown. It still says whether a query for less data may succeed. */
export function shortened(message: string): string {
  const shown = serverMessage(message)
  return tooLarge.test(message) && !tooLarge.test(shown) ? `${shown} (too large)` : shown
}

/** True for a query that the server rejects. */
export const isRefused = (error: ExpectedStop): boolean =>
  error.problems.some(({ code }) => code === 'prometheus.refused')

/** True for a server that cannot be reached. */
export const isUnreachable = (error: ExpectedStop): boolean =>
  error.problems.some(({ code }) => code === 'prometheus.unreachable')

/** True for an error that ends the reading of this server: rejected credentials, or a spent query budget. */
export const isFatal = (error: unknown): boolean =>
  error instanceof ExpectedStop &&
  error.problems.some(({ code }) => code === 'prometheus.credentials' || code === 'prometheus.budget')

const hints = {
  unreachable: 'Check the URL, that the server runs, and that this machine can reach it.',
  credentials: 'Check the token, and that it may query.',
  notPrometheus: 'Check the path prefix of the URL, and that the server does not show a login page.',
}

/** A problem with the server; secrets in it are redacted. */
export function problem(
  { shown, secrets }: ShownServer,
  code: ProblemCode,
  { text, hint }: { readonly text: string; readonly hint?: string | undefined },
): ExpectedStop {
  return stop(code, redact(`Prometheus ${shown} ${text}`, secrets), hint === undefined ? {} : { hint })
}

/** `prometheus.unreachable`. */
export const unreachable = (server: ShownServer, reason: string): ExpectedStop =>
  problem(server, 'prometheus.unreachable', { text: `cannot be reached: ${reason}`, hint: hints.unreachable })

/** `prometheus.refused`: the server rejected a query. */
export const refused = (server: ShownServer, reason: string, hint?: string): ExpectedStop =>
  problem(server, 'prometheus.refused', { text: `refused a query: ${reason}`, hint })

/** `prometheus.refused`: the response is not that of the Prometheus API. */
export const notPrometheus = (server: ShownServer, reason: string): ExpectedStop =>
  refused(server, reason, hints.notPrometheus)

/** A failed connection. Only a failure before the deadline is `TransientError`: a retry does not help a busy server. */
export function connectionError(server: ShownServer, error: unknown, timeoutMs: number): Error {
  if (!isTimeout(error)) return new TransientError(unreachable(server, networkReason(error)))
  return unreachable(server, `no answer in time (${timeoutMs / 1000} s)`)
}

/** The error for a response with an HTTP error status; `TransientError` when the server is busy. */
export async function statusError(server: ShownServer, response: Response): Promise<Error> {
  const { status, statusText } = response
  const own = await errorText(response)
  if (isRedirect(status)) return redirected(server, response)
  const text = `HTTP ${status}${own === undefined ? ` ${serverMessage(statusText)}` : `: ${own}`}`
  const isBusy = status === 429 || status === 502 || status === 503 || status === 504
  if (isBusy) return new TransientError(own === undefined ? unreachable(server, text) : refused(server, text))
  if (status === 401 || status === 403) {
    const refusal = { text: `refused a query: ${text}`, hint: hints.credentials }
    return problem(server, 'prometheus.credentials', refusal)
  }
  if (status === 413) return refused(server, `${text} (too large)`)
  return status === 404 || status === 405 ? notPrometheus(server, text) : refused(server, text)
}

function redirected(server: ShownServer, { status, headers }: Response): Error {
  const location = headers.get('location') ?? ''
  const target = URL.canParse(location)
    ? `: it redirects to ${shownUrl(new URL(location).origin)}`
    : ': it redirects'
  return problem(server, 'prometheus.refused', {
    text: `refused a query: HTTP ${status}${target}, which is not followed`,
    hint: 'Set the URL to the address of the Prometheus API itself, without a login page in front of it.',
  })
}

/** The error message in a response; `undefined` for an HTML page. */
async function errorText(response: Response): Promise<string | undefined> {
  const text = await response.text().catch(() => '')
  try {
    const { error } = envelopeSchema.parse(JSON.parse(text))
    return error === undefined ? undefined : shortened(error)
  } catch {
    const line = text.trim().split('\n', 1)[0] ?? ''
    return line === '' || line.startsWith('<') ? undefined : shortened(line)
  }
}
