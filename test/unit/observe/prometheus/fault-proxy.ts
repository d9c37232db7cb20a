import type { ServerResponse } from 'node:http'
import { type FakeServer, json, type ReceivedRequest, startServer } from '../fake-server.ts'

/** Faults between the client and a Prometheus. Each function gets the number of times that the same query was received, from 1. */
export interface Faults {
  /** Milliseconds before the response. */
  readonly delay?: (nth: number) => number
  /** HTTP status instead of the response. */
  readonly status?: (nth: number) => number | undefined
  /** Share of the response after which the connection is cut. */
  readonly cutAt?: (nth: number) => number | undefined
  /** Share of the response after which it ends, as if it were complete. */
  readonly truncateAt?: (nth: number) => number | undefined
  /** Range queries with more series than this are rejected with 422. */
  readonly mostSeries?: number
  /** Warnings that are added to the response. */
  readonly warnings?: (nth: number) => readonly string[]
}

/** A proxy in front of a real Prometheus that adds faults. */
export async function startFaultProxy(target: string, faults: Faults): Promise<FakeServer> {
  const counts = new Map<string, number>()
  return startServer((request, response) => {
    const nth = (counts.get(request.body) ?? 0) + 1
    counts.set(request.body, nth)
    // An answer that nobody waits for any more must not keep this process alive.
    setTimeout(
      () => void forward(request, response, { target, faults, nth }),
      faults.delay?.(nth) ?? 0,
    ).unref()
  })
}

interface Plan {
  readonly target: string
  readonly faults: Faults
  readonly nth: number
}

async function forward(
  request: ReceivedRequest,
  response: ServerResponse,
  { target, faults, nth }: Plan,
): Promise<void> {
  const status = faults.status?.(nth)
  if (status !== undefined) return json(response, status, { status: 'error', error: `fault ${status}` })
  const answer = await fetch(`${target}${request.url.pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: request.body,
  })
  const body = (await answer.json()) as { data?: { result?: readonly unknown[] } }
  const overTime = request.url.pathname.endsWith('query_range')
  const series = overTime ? (body.data?.result?.length ?? 0) : 0
  if (series > (faults.mostSeries ?? Number.POSITIVE_INFINITY)) {
    const error = `the query returns ${series} series, more than the limit of ${faults.mostSeries}`
    return json(response, 422, { status: 'error', errorType: 'execution', error })
  }
  const warnings = faults.warnings?.(nth) ?? []
  const text = JSON.stringify(warnings.length === 0 ? body : { ...body, warnings })
  const cut = faults.cutAt?.(nth)
  const truncated = faults.truncateAt?.(nth)
  response.writeHead(answer.status, { 'content-type': 'application/json' })
  if (cut !== undefined) response.write(text.slice(0, text.length * cut), () => response.destroy())
  else response.end(truncated === undefined ? text : text.slice(0, text.length * truncated))
}
