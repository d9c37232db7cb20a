import type { AllowedRepositories } from '../../../config/discover.ts'
import { globMatcher } from '../../model/glob.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { repositoryName } from '../../model/repository.ts'
import { gitUrl } from '../../store/git-url.ts'

/** A repository that live objects name and a pattern of the operator allows. */
export interface AllowedRepository {
  readonly allowed: AllowedRepositories
  /** The HTTP(S) URL at the server of the pattern. */
  readonly url: string
}

/** The server of a pattern. */
interface Server {
  readonly allowed: AllowedRepositories
  /** `https://git.example.com` */
  readonly origin: string
  /** Its hosts, with the port where there is one. */
  readonly hosts: readonly string[]
  readonly matches: (name: string) => boolean
}

/** Returns the repository that a URL of a live object leads to; a reason, as a clause, where it may not be contacted. */
export type FindAllowed = (url: string) => AllowedRepository | string

/**
 * Finds the repositories that patterns allow. The scheme and the host of the result are those of the pattern, whatever the
 * live object has, so that a token goes only to the server that the operator named. Throws `glob.invalid`.
 */
export function allowedRepositories(allow: readonly AllowedRepositories[]): FindAllowed {
  const servers = allow.map(serverOf)
  const names = servers.flatMap(({ hosts }) => hosts.map(withoutPort))
  return (given) => {
    const url = plainUrl(given, names)
    if (url === undefined) return 'its URL names no repository on a server that discover.allow lists'
    const isSsh = !/^https?:/i.test(given.trim())
    const path = isSsh && !url.pathname.endsWith('.git') ? `${url.pathname}.git` : url.pathname
    const host = isSsh ? url.hostname : url.host
    for (const { allowed, origin, hosts, matches } of servers) {
      if (!(isSsh ? hosts.map(withoutPort) : hosts).includes(host)) continue
      const found = `${origin}${path}`
      if (!matches(pathIn(found))) continue
      return allowed.github === undefined || /^\/[\w.-]+\/[\w.-]+$/.test(path)
        ? { allowed, url: found }
        : 'its path is not owner/name, as on GitHub'
    }
    return 'discover.allow does not list it'
  }
}

function serverOf(allowed: AllowedRepositories): Server {
  const [, origin = '', host = ''] = /^(https?:\/\/([^/]+))/i.exec(allowed.url) ?? []
  const shown = new URL(origin)
  return {
    allowed,
    origin: shown.origin,
    hosts: [shown.host, ...(shown.host === host ? [] : [host]), ...allowed.hosts].map((one) =>
      one.toLowerCase(),
    ),
    matches: globMatcher(pathIn(allowed.url), { dot: true }),
  }
}

/** The path of a repository as names of repositories have it: without `.git`, in lower case where its server ignores case. */
const pathIn = (url: string): string => repositoryName(url)?.replace(/^[^/]*\//, '') ?? ''

const withoutPort = (host: string): string => host.replace(/:\d+$/, '')

/** Steps of letters, digits and a few signs: nothing that a server could read as another path. */
const plainPath = /^(?:\/(?:[\w.~+@-]|%20)+)+$/

function plainUrl(given: string, sshHosts: readonly string[]): URL | undefined {
  try {
    const url = gitUrl(given.trim().replace(/^git::/, ''), sshHosts)
    return plainPath.test(url.pathname) ? url : undefined
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
