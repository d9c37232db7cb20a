import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ClusterSettings } from '../../../config/schema.ts'
import { azureTokens, googleTokens, type TokenSource } from '../../io/cloud-tokens.ts'
import { type AwsKeys, signedHeaders } from '../../io/sigv4.ts'
import { type Certificates, fetchWith } from '../../io/tls-fetch.ts'
import { stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import type { HttpPorts } from '../../observe/prometheus/connection.ts'
import type { Environment, RunPorts } from '../host.ts'
import { secretFrom } from '../read-settings.ts'

type PrometheusSettings = NonNullable<ClusterSettings['prometheus']>

/**
 * Returns how the Prometheus server of a cluster is reached: TLS certificates and credentials, as settings say. Throws
 * `settings.missing` or `path.missing` when a secret or file is missing.
 */
export function prometheusPorts(
  { progress, ...environment }: Omit<RunPorts, 'now'>,
  cluster: string,
  settings: PrometheusSettings,
): HttpPorts {
  const { tls } = settings
  const credentials = credentialsOf(environment, cluster, settings)
  return {
    fetch: tls === undefined ? fetch : fetchWith(certificatesOf(environment, tls)),
    progress,
    ...(credentials === undefined ? {} : { credentials }),
  }
}

function certificatesOf(
  environment: Environment,
  { caFile, certFile, keyFile }: NonNullable<PrometheusSettings['tls']>,
): Certificates {
  const files = { ca: caFile, cert: certFile, key: keyFile }
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, file]) => {
      if (file === undefined) return []
      const text = textOf(environment, file)
      return [[name, name === 'key' ? keepSecret(text) : text]]
    }),
  )
}

function textOf({ cwd }: Environment, file: string): string {
  const path = resolve(cwd, file)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw stop('path.missing', `there is no file ${file}`, {
    hint: 'Correct the path in clusters[].prometheus.',
  })
}

function credentialsOf(
  environment: Environment,
  cluster: string,
  settings: PrometheusSettings,
): HttpPorts['credentials'] {
  const { tokenFile, tokenEnv, basic, sigv4, google, azure } = settings
  const { cwd, env } = environment
  if (sigv4 !== undefined) {
    awsKeys(env, cluster)
    return ({ url, body }) => signedHeaders({ url, body, ...sigv4 }, awsKeys(env, cluster))
  }
  if (google !== undefined) return bearer(googleTokens(google.scope), cluster, 'Google')
  if (azure !== undefined)
    return bearer(azureTokens(azure.scope, env['AZURE_AUTHORITY_HOST']), cluster, 'Azure')
  if (tokenFile !== undefined) {
    textOf(environment, tokenFile)
    return async () => ({
      authorization: `Bearer ${keepSecret((await readFile(resolve(cwd, tokenFile), 'utf8')).trim())}`,
    })
  }
  const purpose = `Prometheus of ${cluster}`
  const authorization =
    tokenEnv !== undefined
      ? `Bearer ${secretFrom(env, tokenEnv, purpose)}`
      : basic !== undefined
        ? `Basic ${keepSecret(btoa(`${basic.username}:${secretFrom(env, basic.passwordEnv, purpose)}`))}`
        : undefined
  return authorization === undefined ? undefined : async () => ({ authorization })
}

const loginHints = {
  Google:
    'Set GOOGLE_APPLICATION_CREDENTIALS, as google-github-actions/auth does, or run where a metadata server answers.',
  Azure:
    'Run azure/login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret, or give the Pod a workload identity.',
}

function bearer(
  tokens: TokenSource,
  cluster: string,
  cloud: keyof typeof loginHints,
): HttpPorts['credentials'] {
  return async ({ renew }) => {
    const token = await tokens(renew).catch((cause: unknown) => {
      const reason = cause instanceof Error ? serverMessage(cause.message.split('\n', 1)[0] ?? '') : ''
      const message = `Prometheus of ${cluster} needs a ${cloud} token, but none was issued: ${reason}`
      throw stop('prometheus.credentials', message, { hint: loginHints[cloud] })
    })
    return { authorization: `Bearer ${keepSecret(token)}` }
  }
}

/** The keys that the AWS tools read from the environment. */
function awsKeys(env: Environment['env'], cluster: string): AwsKeys {
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
  return {
    accessKeyId,
    secretAccessKey: keepSecret(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: keepSecret(sessionToken) }),
  }
}
