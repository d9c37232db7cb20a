import { addressMatcher, addressOf, isInternalAddress, isNetwork, loopbackNetworks } from '../io/addresses.ts'
import { globMatcher } from '../model/glob.ts'
import { stop } from '../model/problem.ts'

/** The hosts and paths that may be contacted. */
export interface AllowList {
  /** Throws `source.fetch` where no pattern allows a URL; the message has the pattern to add. */
  readonly check: (url: URL, suggested?: string) => void
  /** Throws `source.fetch` for an address of this machine, a link or a private network that is not listed itself. */
  readonly checkAddress: (url: URL, address: string) => void
  /** Patterns that would allow what was refused so far. */
  readonly refused: () => readonly string[]
  /** Whether a pattern names the host of a URL with plain HTTP. */
  readonly isPlain: (host: string) => boolean
}

interface Pattern {
  readonly protocol: 'http:' | 'https:'
  readonly host: string
  readonly port: string
  readonly matchesPath: (path: string) => boolean
}

const shape = /^(?:(https?|oci):\/\/)?(\[[0-9a-f:.]+\]|[^/:]+)(?::(\d+))?(\/.*)?$/i

/** Reads patterns such as `charts.example.com`, `*.example.com/stable`, `http://127.0.0.1:5000` and `10.0.0.0/8`. */
export function allowList(patterns: readonly string[]): AllowList {
  const rules = patterns.flatMap((text) => (isNetwork(text) && text.includes('/') ? [] : patternOf(text)))
  const networks = patterns.filter(isNetwork)
  const hosts = rules.map(({ host }) => host)
  const named = hosts.flatMap((host) => addressOf(host) ?? (host === 'localhost' ? loopbackNetworks : []))
  const isListed = addressMatcher([...networks, ...named])
  const refused = new Set<string>()
  return {
    check: (url, suggested = patternFor(url)) => {
      if (rules.some((rule) => matches(rule, url))) return
      refused.add(suggested)
      throw notAllowed(url, suggested)
    },
    refused: () => [...refused].sort(),
    checkAddress: (url, address) => {
      if (isInternalAddress(address) && !isListed(address)) throw internal(url, address)
    },
    isPlain: (host) =>
      rules.some((rule) => rule.protocol === 'http:' && hostOf(rule) === host) &&
      !rules.some((rule) => rule.protocol === 'https:' && hostOf(rule) === host),
  }
}

const hostOf = ({ host, port }: Pattern): string => (port === '' ? host : `${host}:${port}`)

function patternOf(text: string): readonly Pattern[] {
  const [, scheme = 'https', host = '', port = '', path = ''] = shape.exec(text) ?? []
  if (host === '') return []
  const inside = withoutGit(path.replace(/\/+(\*\*)?$/, ''))
  const matchesGlob = globMatcher(`${inside.slice(1)}/**`, { dot: true })
  const protocol = scheme.toLowerCase() === 'http' ? 'http:' : 'https:'
  const usual = protocol === 'http:' ? '80' : '443'
  return [
    {
      protocol,
      host: host.toLowerCase(),
      port: port === usual ? '' : port,
      matchesPath: (given) => inside === '' || matchesGlob(withoutGit(given).slice(1)),
    },
  ]
}

/** Git servers accept the path of a repository with and without `.git`. */
const withoutGit = (path: string): string => path.replace(/\.git(?=\/|$)/, '')

const matches = ({ protocol, host, port, matchesPath }: Pattern, url: URL): boolean =>
  url.protocol === protocol &&
  url.port === port &&
  matchesHost(host, url.hostname) &&
  matchesPath(url.pathname)

const matchesHost = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && addressOf(host) === undefined
    : host === pattern

/** The pattern that allows a URL and what is below it. */
export const patternFor = ({ protocol, host, pathname }: URL): string =>
  `${protocol === 'http:' ? 'http://' : ''}${host}${withoutGit(pathname).replace(/\/+$/, '')}`

/** A pattern for what an index or a redirect leads to: the host, and the first two steps of a path that names something. */
export function broadPattern(url: URL): string {
  const steps = url.pathname.split('/').slice(1, 3)
  const isNamed = url.pathname.split('/').length > 3 && steps.every((step) => /^[\w.-]{1,40}$/.test(step))
  const bare = `${url.protocol}//${url.host}`
  return patternFor(new URL(isNamed ? `${bare}/${steps.join('/')}` : bare))
}

/** The lines of operator settings that allow patterns. */
export const allowLines = (patterns: readonly string[]): string =>
  `charts: { allow: [${patterns.map((one) => JSON.stringify(one)).join(', ')}] }`

const notAllowed = (url: URL, pattern: string) =>
  stop(
    'source.fetch',
    `charts.allow does not list ${pattern}, so ${url.host} is not contacted. If you trust it, add to the operator settings: ${allowLines([pattern])}`,
    { hint: 'Or vendor it into the repository.' },
  )

const internal = (url: URL, address: string) =>
  stop(
    'source.fetch',
    `${url.host} is not contacted: its address ${address} is internal, and charts.allow does not list the address itself`,
    { hint: `If it is meant, add to the operator settings:\n    ${allowLines([address])}` },
  )
