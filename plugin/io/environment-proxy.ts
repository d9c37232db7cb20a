import { percentDecoded } from '../model/percent-decoded.ts'
import { addressMatcher, addressOf, isNetwork, loopbackNetworks } from './addresses.ts'

/** A proxy of the network, with what proves to it who asks. */
export interface NetworkProxy {
  /** Without user and password. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for a URL, as curl and Go read it: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in
 * capitals or not. `undefined` for none, and for this machine itself. Throws a `TypeError` for a proxy that is not a URL of
 * `http` or `https`; the message has nothing of its value.
 */
export function environmentProxy(url: URL, env: Environment): NetworkProxy | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const text = textIn(name, env)
  if (text === '' || isDirect(url, textIn('NO_PROXY', env))) return undefined
  const full = text.includes('://') ? text : `http://${text}`
  const proxy = URL.canParse(full) ? new URL(full) : undefined
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol))
    throw new TypeError(`${name} is not the URL of a proxy that speaks HTTP`)
  const login = [proxy.username, proxy.password].map(percentDecoded).join(':')
  const token = Buffer.from(login).toString('base64')
  return {
    url: new URL(proxy.origin),
    headers: login === ':' ? {} : { 'proxy-authorization': `Basic ${token}` },
  }
}

const textIn = (name: string, env: Environment): string => (env[name.toLowerCase()] ?? env[name] ?? '').trim()

const isLoopback = addressMatcher(loopbackNetworks)

/** Whether a URL is requested without a proxy. https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config */
function isDirect({ hostname, port, protocol }: URL, exceptions: string): boolean {
  const address = addressOf(hostname)
  if (hostname === 'localhost' || (address !== undefined && isLoopback(address))) return true
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return exceptions
    .split(/[\s,]+/)
    .filter((text) => text !== '')
    .some((text) => {
      if (text === '*') return true
      if (isNetwork(text)) return address !== undefined && addressMatcher([text])(address)
      const [, name = '', only] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text.toLowerCase()) ?? []
      return (only === undefined || only === own) && isNamed(hostname, name)
    })
}

/** Whether a host is the one of an exception, or below it. `.example.com` is for what is below it alone. */
function isNamed(host: string, exception: string): boolean {
  const name = exception.replace(/^\*(?=\.)/, '')
  if (name === '') return false
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`)
}
