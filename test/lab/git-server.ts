import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGunzip } from 'node:zlib'

/** A real Git server on the loopback interface. */
export interface GitServer {
  /** Add `/NAME.git` for a bare repository NAME.git in the root. */
  readonly url: string
  readonly token: string
  /** `METHOD /path?query` of every authenticated request, in order. */
  readonly requests: readonly string[]
  readonly close: () => Promise<void>
}

const noHome = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

function environment(root: string, request: IncomingMessage): NodeJS.ProcessEnv {
  const url = new URL(request.url ?? '/', 'http://server')
  const gitProtocol = request.headers['git-protocol']
  return {
    PATH: process.env['PATH'],
    ...noHome,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.receivepack',
    GIT_CONFIG_VALUE_0: 'true',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_USER: 'x-access-token',
    REMOTE_ADDR: '127.0.0.1',
    ...(typeof gitProtocol === 'string' ? { GIT_PROTOCOL: gitProtocol } : {}),
  }
}

/** Splits the response of a CGI program at its blank line: https://www.rfc-editor.org/rfc/rfc3875#section-6 */
function relay(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n')
  if (end < 0) {
    response.writeHead(500).end(output)
    return
  }
  const pairs = output
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line): [string, string] => [line.split(':', 1)[0] ?? '', line.replace(/^[^:]*:\s*/, '')])
  const status = pairs.find(([name]) => name.toLowerCase() === 'status')?.[1]
  for (const [name, value] of pairs) if (name.toLowerCase() !== 'status') response.setHeader(name, value)
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10)).end(output.subarray(end + 4))
}

/** Runs `git http-backend` for one request. Git finds it in its exec path. */
export function serveGit(root: string, request: IncomingMessage, response: ServerResponse): void {
  const backend = spawn('git', ['http-backend'], { env: environment(root, request) })
  const parts: Buffer[] = []
  backend.stdout.on('data', (part: Buffer) => parts.push(part))
  backend.on('error', () => response.writeHead(500).end('git is not installed'))
  backend.on('close', () => relay(Buffer.concat(parts), response))
  backend.stdin.on('error', () => undefined)
  const zipped = request.headers['content-encoding'] === 'gzip'
  const body = zipped ? request.pipe(createGunzip()) : request
  body.pipe(backend.stdin)
}

/** What a server does besides. */
interface ServerOptions {
  /** Where a path was moved to; a request for another path than that is redirected. */
  readonly moved?: (path: string) => string
}

/** Serves the bare repositories in a directory for fetch and push, to clients with the token. */
export async function startGitServer(
  root: string,
  token = 'lab-token',
  { moved = (path) => path }: ServerOptions = {},
): Promise<GitServer> {
  const requests: string[] = []
  const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end('who are you?')
      return
    }
    requests.push(`${request.method} ${request.url}`)
    const place = moved(request.url ?? '/')
    if (place === request.url) serveGit(root, request, response)
    else response.writeHead(301, { location: place }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, token, requests, close }
}
