import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ClusterSettings } from '../../../config/schema.ts'
import { azureTokens, googleTokens, type TokenSource } from '../../io/cloud-tokens.ts'
import { type AwsKeys, signedHeaders } from '../../io/sigv4.ts'
import { type Certificates, fetchWith } from '../../io/tls-fetch.ts'
import { stop } from '../../model/problem.ts'
import type { HttpPorts } from '../../observe/prometheus/prometheus.ts'
import type { Host } from '../host.ts'
import { secretFrom } from '../read-settings.ts'

type PrometheusSettings = NonNullable<ClusterSettings['prometheus']>

/** How the Prometheus of a cluster is reached: certificates and proofs of who asks, as settings say. */
export function prometheusPorts(host: Host, name: string, settings: PrometheusSettings): HttpPorts {
  const { tls } = settings
  const credentials = credentialsOf(host, name, settings)
  return {
    fetch: tls === undefined ? fetch : fetchWith(certificatesOf(host, tls)),
    progress: host.progress,
    ...(credentials === undefined ? {} : { credentials }),
  }
}

function certificatesOf(host: Host, tls: NonNullable<PrometheusSettings['tls']>): Certificates {
  const files = { ca: tls.caFile, cert: tls.certFile, key: tls.keyFile }
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, file]) => (file === undefined ? [] : [[name, textOf(host, file)]])),
  )
}

function textOf(host: Host, file: string): string {
  const path = resolve(host.cwd, file)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw stop('path.missing', `there is no file ${file}`, {
    hint: 'Correct the path in clusters[].prometheus.',
  })
}

function credentialsOf(host: Host, name: string, settings: PrometheusSettings): HttpPorts['credentials'] {
  const { tokenFile, tokenEnv, basic, sigv4, google, azure } = settings
  if (sigv4 !== undefined) {
    awsKeys(host, name)
    return ({ url, body }) => signedHeaders({ url, body, ...sigv4 }, awsKeys(host, name))
  }
  if (google !== undefined) return bearer(googleTokens(google.scope), name, 'Google')
  if (azure !== undefined)
    return bearer(azureTokens(azure.scope, host.env['AZURE_AUTHORITY_HOST']), name, 'Azure')
  if (tokenFile !== undefined) {
    textOf(host, tokenFile)
    return async () => ({
      authorization: `Bearer ${(await readFile(resolve(host.cwd, tokenFile), 'utf8')).trim()}`,
    })
  }
  const authorization =
    tokenEnv !== undefined
      ? `Bearer ${secretFrom(host, tokenEnv, `Prometheus of ${name}`)}`
      : basic !== undefined
        ? `Basic ${btoa(`${basic.username}:${secretFrom(host, basic.passwordEnv, `Prometheus of ${name}`)}`)}`
        : undefined
  return authorization === undefined ? undefined : async () => ({ authorization })
}

const clouds = {
  Google:
    'Set GOOGLE_APPLICATION_CREDENTIALS, as google-github-actions/auth does, or run where a metadata server answers.',
  Azure:
    'Run azure/login, set AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret, or give the Pod a workload identity.',
}

function bearer(tokens: TokenSource, cluster: string, cloud: keyof typeof clouds): HttpPorts['credentials'] {
  return async ({ renew }) => {
    const token = await tokens(renew).catch((cause: unknown) => {
      const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : ''
      const message = `Prometheus of ${cluster} needs a token of ${cloud}, and there is none: ${reason.slice(0, 200)}`
      throw stop('prometheus.credentials', message, { hint: clouds[cloud] })
    })
    return { authorization: `Bearer ${token}` }
  }
}

/** The keys that AWS's own tools read from the environment. */
function awsKeys({ env }: Host, cluster: string): AwsKeys {
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']]
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw stop(
      'settings.missing',
      `Prometheus of ${cluster} needs AWS keys, which are not in the environment`,
      {
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), as aws-actions/configure-aws-credentials or `aws configure export-credentials --format env` does.',
      },
    )
  }
  const sessionToken = env['AWS_SESSION_TOKEN']
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
