import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { kubeconfigOf } from './kubeconfig.ts'
import { part } from './parts.mjs'

/** A real etcd and kube-apiserver on the loopback interface. */
export interface ControlPlane {
  readonly url: string
  /** A kubeconfig with the context `lab`. Default of `token`: the administrator's. */
  readonly kubeconfig: (token?: string) => string
  /** Sends a request as the administrator. Rejects when it fails. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<unknown>
  /** A new token of a ServiceAccount, valid for at least ten minutes. */
  readonly tokenOf: (namespace: string, account: string) => Promise<string>
  /** Verbs and paths of every request since the last call, by user, from the server's own audit log. */
  readonly audited: () => readonly Audited[]
  readonly close: () => Promise<void>
}

/** One request in the audit log. */
export interface Audited {
  readonly verb: string
  readonly path: string
  readonly user: string
  /** HTTP status of the answer. */
  readonly status: number
}

/** Whether the programs are there: built by `npm run lab:setup`, or in KUBEBUILDER_ASSETS. */
export const hasControlPlane = (): boolean =>
  part('etcd') !== undefined && part('kube-apiserver') !== undefined

const admin = 'lab-admin-token'

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`

/** Starts both, in a few seconds. */
export async function startControlPlane(): Promise<ControlPlane> {
  const directory = mkdtempSync(join(tmpdir(), 'control-plane-'))
  const children: ChildProcess[] = []
  const reap = (): void => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', reap)
  const close = async (): Promise<void> => {
    process.off('exit', reap)
    for (const child of children.toReversed()) {
      const ended = child.exitCode === null ? once(child, 'close') : undefined
      child.kill('SIGKILL')
      await ended
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const plane = await start(directory, children)
    return { ...plane, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(directory: string, children: ChildProcess[]): Promise<Omit<ControlPlane, 'close'>> {
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()]
  const file = (name: string): string => join(directory, name)
  writeFileSync(file('tokens.csv'), `${admin},admin,admin,system:masters\n`)
  writeFileSync(file('audit.yaml'), auditPolicy)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(file('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  const run = (name: 'etcd' | 'kube-apiserver', args: readonly string[]): { output: string } => {
    const path = part(name)
    if (path === undefined) throw new Error(`no ${name}: npm run lab:setup builds it`)
    const child = spawn(path, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const log = { output: '' }
    const keep = (text: Buffer): void => {
      log.output = (log.output + text).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    return log
  }
  const etcd = `http://127.0.0.1:${client}`
  run('etcd', [
    '--data-dir=etcd',
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ])
  const log = run('kube-apiserver', [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${secure}`,
    '--cert-dir=certificates',
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://lab.example',
    `--service-account-key-file=${file('sa.key')}`,
    `--service-account-signing-key-file=${file('sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    `--audit-policy-file=${file('audit.yaml')}`,
    `--audit-log-path=${file('audit.log')}`,
    '--audit-log-mode=blocking',
    '--feature-gates=WatchList=false',
  ])
  const url = `https://127.0.0.1:${secure}`
  const call: ControlPlane['call'] = (method, path, body) => send({ url, token: admin, method, path, body })
  for (let tries = 0; ; tries++) {
    if (await call('GET', '/readyz').catch(() => undefined)) break
    if (tries > 3000 || children.some(({ exitCode }) => exitCode !== null))
      throw new Error(`kube-apiserver did not become ready: ${log.output}`)
    await sleep(200)
  }
  return {
    url,
    call,
    kubeconfig: (token = admin) => kubeconfigOf(url, token),
    tokenOf: async (namespace, account) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
      const spec = { expirationSeconds: 600 }
      const made = await call('POST', path, {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        spec,
      })
      return (made as { status: { token: string } }).status.token
    },
    audited: auditReader(file('audit.log')),
  }
}

interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly responseStatus?: { readonly code: number }
}

function auditReader(path: string): () => readonly Audited[] {
  let read = 0
  return () => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const fresh = text.slice(read)
    read = text.length
    return fresh
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditEvent)
      .map(({ verb, requestURI, user, responseStatus }) => ({
        verb,
        path: requestURI,
        user: user.username,
        status: responseStatus?.code ?? 0,
      }))
  }
}

interface Call {
  readonly url: string
  readonly token: string
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** Without `fetch`, because it cannot accept the self-signed certificate of the lab. */
function send({ url, token, method, path, body }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const request = httpsRequest(
      `${url}${path}`,
      { method, headers, rejectUnauthorized: false },
      (response) => {
        let text = ''
        response.on('data', (part: Buffer) => (text += part))
        response.on('end', () => {
          const { statusCode = 0 } = response
          if (statusCode >= 300)
            reject(new Error(`${method} ${path}: HTTP ${statusCode}: ${text.slice(0, 500)}`))
          else resolve(text.startsWith('{') ? JSON.parse(text) : text)
        })
      },
    )
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
