import type { Certificates } from '../io/tls-fetch.ts'
import { isJsonObject, type Json, textOf, valueAt } from '../model/json.ts'
import { stop } from '../model/problem.ts'
import { keepSecret } from '../model/text/secrets.ts'

/** How one host is logged in to, as operator settings say it. */
export interface HostLogin {
  /** `registry.example.com`, with its port where it is not the usual one. */
  readonly host: string
  readonly basic?:
    | {
        readonly username: string
        readonly passwordEnv?: string | undefined
        readonly passwordFile?: string | undefined
      }
    | undefined
  readonly tokenEnv?: string | undefined
  readonly tokenFile?: string | undefined
  readonly registryConfigFile?: string | undefined
  readonly tls?:
    | {
        readonly caFile?: string | undefined
        readonly certFile?: string | undefined
        readonly keyFile?: string | undefined
      }
    | undefined
}

/** The credentials of each host. None is ever sent to another host. */
export interface HostCredentials {
  /** Headers that prove who asks: basic authorization or a bearer token. */
  readonly headers: (url: URL) => Readonly<Record<string, string>>
  readonly certificates: (url: URL) => Certificates
}

/** Where credentials are read from. */
export interface SecretPorts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; throws where it cannot be read. */
  readonly readFile: (path: string) => string
}

/** Reads credentials when a host is contacted. Its functions throw `source.fetch` where a variable or file is missing. */
export function hostCredentials(logins: readonly HostLogin[], ports: SecretPorts): HostCredentials {
  const loginOf = (url: URL): HostLogin | undefined =>
    logins.find(({ host }) => host.toLowerCase() === url.host)
  return {
    headers: (url) => {
      const login = loginOf(url)
      const authorization = login === undefined ? undefined : authorizationOf(login, ports)
      return authorization === undefined ? {} : { authorization }
    },
    certificates: (url) => {
      const { host = '', tls = {} } = loginOf(url) ?? {}
      const pem = (name: string, file: string | undefined) =>
        file === undefined ? {} : { [name]: secretIn({ host, file }, ports) }
      return { ...pem('ca', tls?.caFile), ...pem('cert', tls?.certFile), ...pem('key', tls?.keyFile) }
    },
  }
}

function authorizationOf(login: HostLogin, ports: SecretPorts): string | undefined {
  const { host, basic, tokenEnv, tokenFile, registryConfigFile } = login
  if (basic !== undefined) {
    const password = secretIn({ host, variable: basic.passwordEnv, file: basic.passwordFile }, ports)
    return basicHeader(`${basic.username}:${keepSecret(password)}`)
  }
  if (tokenEnv !== undefined || tokenFile !== undefined)
    return `Bearer ${keepSecret(secretIn({ host, variable: tokenEnv, file: tokenFile }, ports))}`
  return registryConfigFile === undefined
    ? undefined
    : registryLogin({ host, file: registryConfigFile }, ports)
}

const basicHeader = (pair: string): string => `Basic ${keepSecret(Buffer.from(pair).toString('base64'))}`

interface SecretPlace {
  readonly host: string
  readonly variable?: string | undefined
  readonly file?: string | undefined
}

function secretIn({ host, variable, file }: SecretPlace, { env, readFile }: SecretPorts): string {
  const value = variable === undefined ? undefined : env[variable]
  if (value !== undefined && value !== '') return value.trim()
  if (file === undefined) throw missing(host, `the environment variable ${variable ?? ''} is not set`)
  try {
    return readFile(file).trim()
  } catch (cause) {
    throw missing(host, `the file ${file} cannot be read`, cause)
  }
}

/** The login of a host in a file that `docker login` or `helm registry login` wrote. */
function registryLogin(place: SecretPlace, ports: SecretPorts): string | undefined {
  const { host } = place
  const auths = valueAt(parsed(secretIn(place, ports)), ['auths'])
  if (!isJsonObject(auths)) return undefined
  const names = [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`]
  const entry = names.flatMap((name) => auths[name] ?? [])[0]
  const [pair, username, password] = ['auth', 'username', 'password'].map((key) =>
    textOf(valueAt(entry, [key])),
  )
  if (pair !== undefined) {
    keepSecret(
      Buffer.from(pair, 'base64')
        .toString()
        .replace(/^[^:]*:/, ''),
    )
    return `Basic ${keepSecret(pair)}`
  }
  return username === undefined ? undefined : basicHeader(`${username}:${keepSecret(password ?? '')}`)
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

const missing = (host: string, why: string, cause?: unknown) =>
  stop('source.fetch', `the login of ${host} is incomplete: ${why}`, {
    hint: 'Correct charts.credentials in the operator settings.',
    cause,
  })
