import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LabCertificate, makeCertificate } from '../certificates.ts'
import { freePort } from '../free-port.ts'
import { registryProgram } from './build.mjs'

/** Whether the registry was built here: `node test/lab/registry/build.mjs`. */
export const hasRegistry = existsSync(registryProgram)

/** The real OCI registry on the loopback interface. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly certificate: LabCertificate
  /** `METHOD path` of every request so far. */
  readonly requests: () => readonly string[]
  readonly close: () => Promise<void>
}

/** Starts a registry with TLS; with a line of an htpasswd file, one that wants a login. */
export async function startRegistry(htpasswd?: string): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const certificate = makeCertificate()
  const config = {
    version: '0.1',
    log: { accesslog: { disabled: false }, level: 'warn' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host, secret: 'lab', tls: { certificate: certificate.certFile, key: certificate.keyFile } },
    ...(htpasswd === undefined
      ? {}
      : { auth: { htpasswd: { realm: 'lab', path: join(directory, 'htpasswd') } } }),
  }
  if (htpasswd !== undefined) writeFileSync(join(directory, 'htpasswd'), `${htpasswd}\n`)
  writeFileSync(join(directory, 'config.yml'), JSON.stringify(config))
  const log: string[] = []
  const child = spawn(registryProgram, ['serve', join(directory, 'config.yml')], {
    env: { PATH: '', OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.on('data', (part) => log.push(String(part)))
  child.stderr.on('data', (part) => log.push(String(part)))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await answering(host, certificate, log)
  return {
    host,
    certificate,
    requests: () =>
      [...log.join('').matchAll(/"([A-Z]+) (\S+) HTTP/g)].map(([, method, path]) => `${method} ${path}`),
    close: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answering(host: string, { caFile }: LabCertificate, log: readonly string[]): Promise<void> {
  const { fetchWith } = await import('../../../plugin/io/tls-fetch.ts')
  const ask = fetchWith({ ca: readFileSync(caFile, 'utf8') })
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await ask(`https://${host}/v2/`).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the registry does not answer: ${log.join('')}`)
}
