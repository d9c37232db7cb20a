import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type LabCertificate, makeCertificate } from './certificates.ts'
import { programDirectory } from './programs.mjs'

/** A static HTTP(S) server with a chart repository. */
export interface ChartRepository {
  readonly url: string
  readonly host: string
  readonly certificate?: LabCertificate
  /** `METHOD path` of every request, in order. */
  readonly requests: string[]
  readonly close: () => Promise<void>
}

/** How a chart repository differs from one that serves its files to everybody. */
export interface ChartRepositoryOptions {
  readonly tls?: boolean
  readonly login?: { readonly username: string; readonly password: string }
  /** Answers a request in place of the files; false where it does not. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Runs the real Helm of the lab. */
export const helm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync(join(programDirectory('v35'), 'helm'), args, {
    cwd,
    encoding: 'utf8',
    env: { HOME: cwd, PATH: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** Serves the files of a directory. Its index is made with `helm repo index`. */
export async function serveCharts(
  directory: string,
  { tls = false, login, instead = () => false }: ChartRepositoryOptions = {},
): Promise<ChartRepository> {
  const requests: string[] = []
  const certificate = tls ? makeCertificate() : undefined
  const expected = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://server')
    requests.push(`${request.method} ${pathname}`)
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end()
      return
    }
    if (instead(request, response)) return
    const file = join(directory, pathname)
    if (existsSync(file) && statSync(file).isFile()) response.writeHead(200).end(readFileSync(file))
    else response.writeHead(404).end()
  }
  const server = certificate === undefined ? createPlain(answer) : createSecure(certificate, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${tls ? 'https' : 'http'}://${host}`,
    host,
    requests,
    ...(certificate === undefined ? {} : { certificate }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
