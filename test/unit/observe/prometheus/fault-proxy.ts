import type { ServerResponse } from 'node:http'
import { type FakeServer, json, type ReceivedRequest, startServer } from '../fake-server.ts'

/** What goes wrong between us and a Prometheus; each is asked how often the same question came, from 1. */
export interface Faults {
  /** Milliseconds before the answer. */
  readonly delay?: (nth: number) => number
  /** Status instead of the answer. */
  readonly status?: (nth: number) => number | undefined
  /** Share of the answer after which the connection is cut. */
  readonly cutAt?: (nth: number) => number | undefined
  /** Share of the answer after which it ends, as if it were whole. */
  readonly truncateAt?: (nth: number) => number | undefined
  /** Answers over time with more series than this are refused with 422. */
  readonly mostSeries?: number
  /** Warnings put into the answer. */
  readonly warnings?: (nth: number) => readonly string[]
}

/** A proxy before a real Prometheus that does wrong as told. */
export async function startFaultProxy(target: string, faults: Faults): Promise<FakeServer> {
  const counts = new Map<string, number>()
  return startServer((request, response) => {
    const nth = (counts.get(request.body) ?? 0) + 1
    counts.set(request.body, nth)
    setTimeout(() => void forward(request, response, { target, faults, nth }), faults.delay?.(nth) ?? 0)
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
  if (status !== undefined)
    return json(response, status, { status: 'error', error: `told to answer ${status}` })
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
