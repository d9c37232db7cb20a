import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stop } from '../../model/problem.ts'
import type { Data } from '../../model/text/data.ts'
import type { Html } from '../../model/text/html.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import { metricsType } from './metrics.ts'

/** The pages of the daemon. They are read-only. */
export interface Pages {
  readonly metrics: () => Promise<Data>
  /** Why the daemon is not ready; `undefined` when it is. */
  readonly unready: () => string | undefined
  readonly report: () => Html
  readonly reportPolicy: string
  readonly reportJson: () => Data
}

/** A listening server. */
export interface PageServer {
  readonly port: number
  readonly close: () => Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: Html | Data | Terminal
  /** The Content-Security-Policy; nothing is allowed when left out. */
  readonly policy?: string
}

const text = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  text: terminal`${body}\n`,
})

async function answer(pages: Pages, path: string): Promise<Answer> {
  switch (path) {
    case '/healthz':
      return text(200, 'ok')
    case '/readyz': {
      const why = pages.unready()
      return why === undefined ? text(200, 'ok') : text(503, why)
    }
    case '/metrics':
      return { status: 200, type: metricsType, text: await pages.metrics() }
    case '/report.json':
      return { status: 200, type: 'application/json', text: pages.reportJson() }
    case '/':
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        text: pages.report(),
        policy: pages.reportPolicy,
      }
    default:
      return text(404, 'not found')
  }
}

function send(
  response: ServerResponse,
  { status, type, policy = "default-src 'none'", text: body }: Answer,
  isHead: boolean,
): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': `${policy}; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  response.end(isHead ? '' : body.toString())
}

/** An address that cannot be listened on is no bug. */
const asProblem = (error: Error, address: string): Error =>
  'code' in error && typeof error.code === 'string' && /^(?:EADDR|EACCES)/.test(error.code)
    ? stop('usage', `nothing can listen on ${address} (${error.code})`, {
        hint: 'Name another address with --listen, or stop the program that uses it.',
        cause: error,
      })
    : error

/** Serves the pages. Every method except GET and HEAD is refused. */
export async function servePages(
  pages: Pages,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const reads = request.method === 'GET' || request.method === 'HEAD'
    const found = reads
      ? answer(pages, (request.url ?? '/').split('?')[0] ?? '/')
      : Promise.resolve(text(405, 'read only'))
    found.then(
      (one) => send(response, one, request.method === 'HEAD'),
      () => send(response, text(500, 'the page cannot be made'), false),
    )
  })
  server.requestTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asProblem(error, `${host}:${port}`)))
    server.listen(port, host, resolve)
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port: (server.address() as AddressInfo).port, close }
}
