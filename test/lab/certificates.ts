import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether certificates can be made here. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate for 127.0.0.1 with its key, and the file of the authority that signed it. */
export interface LabCertificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string
}

/** Makes an authority and a certificate of it, valid for two days. */
export function makeCertificate(): LabCertificate {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-certificates-'))
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
  openssl('req', '-x509', ...key('ca'), '-out', 'ca.pem', '-days', '2', '-subj', '/CN=lab')
  openssl('req', ...key('server'), '-out', 'server.csr', '-subj', '/CN=charts')
  writeFileSync(join(directory, 'ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:charts.example.net\n')
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
  openssl('x509', '-req', '-in', 'server.csr', ...by, '-out', 'server.pem')
  const [certFile, keyFile, caFile] = ['server.pem', 'server.key', 'ca.pem'].map((name) =>
    join(directory, name),
  ) as [string, string, string]
  return {
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
    certFile,
    keyFile,
    caFile,
  }
}
