import type { Agent } from 'node:http'
import type { NetworkProxy } from './environment-proxy.ts'
import { NeverSent } from './request-failure.ts'

/** The proxy for a URL; `undefined` where it is requested directly. Throws a `TypeError` for one that cannot be used. */
export type ProxyOf = (url: URL) => NetworkProxy | undefined

/** The agent that connects through a proxy, and the host of that. */
export interface ProxyAgent {
  readonly agent: Agent
  readonly host: string
}

/** The agent for a URL; `undefined` where no proxy is used. Rejects with `NeverSent` for a proxy that cannot be used. */
export async function agentFor(
  url: URL,
  proxyOf: ProxyOf = () => undefined,
): Promise<ProxyAgent | undefined> {
  const proxy = checked(url, proxyOf)
  if (proxy === undefined) return undefined
  const { host } = proxy.url
  const { headers } = proxy
  if (url.protocol === 'https:') {
    const { HttpsProxyAgent } = await import('https-proxy-agent')
    return { agent: new HttpsProxyAgent(proxy.url, { headers }), host }
  }
  const { HttpProxyAgent } = await import('http-proxy-agent')
  return { agent: new HttpProxyAgent(proxy.url, { headers }), host }
}

function checked(url: URL, proxyOf: ProxyOf): NetworkProxy | undefined {
  try {
    return proxyOf(url)
  } catch (error) {
    if (error instanceof TypeError) throw new NeverSent(error.message)
    throw error
  }
}
