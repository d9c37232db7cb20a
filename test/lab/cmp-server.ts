import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cmpServer } from './argocd/build.mjs'
import { bytesField, fieldsIn, framed, textField, unframed } from './protobuf.ts'

/** Whether Argo CD's plugin server was built (`node test/lab/argocd/build.mjs`). */
export const hasCmpServer = (): boolean => existsSync(cmpServer)

/** The request of a repo-server. */
export interface PluginRequest {
  /** A repository on disk. */
  readonly repository: string
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds after which the caller stops waiting. */
  readonly deadline?: number
}

/** The response of a plugin: the objects that it printed, or the error that Argo CD would show. */
export type PluginAnswer =
  | { readonly ok: true; readonly items: readonly string[] }
  | { readonly ok: false; readonly error: string }

/** A running plugin server, with the calls of a repo-server. */
export interface CmpServer {
  readonly generate: (request: PluginRequest) => Promise<PluginAnswer>
  readonly announce: (request: PluginRequest) => Promise<PluginAnswer>
  /** The files that are now in its working directory. */
  readonly workDirectory: string
  readonly log: () => string
  readonly close: () => void
}

/** Starts the real argocd-cmp-server with a directory that has a plugin.yaml. `path` is its PATH. */
export async function startCmpServer(configuration: string, path: string): Promise<CmpServer> {
  const directory = mkdtempSync(join(tmpdir(), 'cmp-'))
  const workDirectory = join(directory, 'work')
  mkdirSync(workDirectory)
  const child = spawn(
    cmpServer,
    ['--config-dir-path', configuration, '--loglevel', 'debug', '--logformat', 'text'],
    {
      env: {
        PATH: path,
        HOME: directory,
        ARGOCD_PLUGINSOCKFILEPATH: directory,
        ARGOCD_CMP_WORKDIR: workDirectory,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let log = ''
  child.stderr.on('data', (part: Buffer) => (log += part))
  child.stdout.on('data', (part: Buffer) => (log += part))
  const socket = join(directory, 'gitops-tortoise.sock')
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 2400 || child.exitCode !== null) throw new Error(`argocd-cmp-server did not start: ${log}`)
    await sleep(50)
  }
  return {
    generate: (request) => call(socket, 'GenerateManifest', request),
    announce: (request) => call(socket, 'GetParametersAnnouncement', request),
    workDirectory,
    log: () => log,
    close: () => {
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** One client-streaming call: the application, then its repository as a packed archive. */
function call(socket: string, method: string, request: PluginRequest): Promise<PluginAnswer> {
  const archive = execFileSync('tar', ['-czf', '-', '-C', request.repository, '.'], { maxBuffer: 1 << 28 })
  const session = connectHttp2('http://plugin', { createConnection: () => connect(socket) })
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/plugin.ConfigManagementPluginService/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(request.deadline === undefined ? {} : { 'grpc-timeout': `${request.deadline}m` }),
    })
    const parts: Buffer[] = []
    let status: PluginAnswer = { ok: false, error: 'the call ended without a status' }
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      const code = headers['grpc-status']
      if (code === '0') status = { ok: true, items: [] }
      else if (code !== undefined)
        status = { ok: false, error: decodeURIComponent(String(headers['grpc-message'])) }
    }
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('error', reject)
    stream.on('close', () => {
      session.close()
      resolve(status.ok ? { ok: true, items: itemsIn(Buffer.concat(parts), method) } : status)
    })
    for (const message of messages(request, archive)) stream.write(framed(message))
    stream.end()
  })
}

function* messages({ path, env }: PluginRequest, archive: Buffer): Generator<Buffer> {
  const entries = Object.entries({ ...env, ARGOCD_APP_SOURCE_PATH: path }).map(([name, value]) =>
    bytesField(5, Buffer.concat([textField(1, name), textField(2, value)])),
  )
  const checksum = createHash('sha256').update(archive).digest('hex')
  const metadata = [
    textField(1, env['ARGOCD_APP_NAME'] ?? 'app'),
    textField(2, path),
    textField(3, checksum),
    ...entries,
  ]
  yield bytesField(1, Buffer.concat(metadata))
  const chunk = 64 * 1024
  for (let at = 0; at < archive.length; at += chunk)
    yield bytesField(2, bytesField(1, archive.subarray(at, at + chunk)))
}

/** A manifest is a text. Of an announced parameter, the name is returned. */
function itemsIn(body: Buffer, method: string): readonly string[] {
  const items = unframed(body)
    .flatMap(fieldsIn)
    .filter(({ number }) => number === 1)
  return items.map(({ bytes }) =>
    method === 'GenerateManifest'
      ? bytes.toString('utf8')
      : (fieldsIn(bytes)
          .find(({ number }) => number === 1)
          ?.bytes.toString('utf8') ?? ''),
  )
}
