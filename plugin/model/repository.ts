import { percentDecoded } from './percent-decoded.ts'
/** Where the files of a source come from. */
export interface Origin {
  /** URL of the Git repository, as it is declared. */
  readonly repository: string
  /** Branch, tag, commit or range of versions, as it is declared; `HEAD` is the default branch. */
  readonly revision: string
  /** Directory or file in it. */
  readonly path: string
}

/** A chart that a release takes from a chart repository or registry. */
export interface ChartReference {
  /** URL of the repository or registry, as it is declared. */
  readonly repository: string
  readonly name: string
  /** A version or a range of versions; the newest one when absent. */
  readonly version?: string
  /** `sha256:…` of the archive or the manifest, where the declaration pins it. */
  readonly digest?: string
}

/** The repository that a run works on, as far as it is known. */
export interface OwnRepository {
  /** Its names, as `repositoryName` gives them; empty when nothing names it. */
  readonly names: readonly string[]
  /** The branches that the run may deliver to; empty when no branch is known. */
  readonly branches: readonly string[]
  /** The default branch, where it is known. */
  readonly head?: string
  /** Every branch that the clone knows. */
  readonly known?: readonly string[]
}

interface Address {
  readonly scheme: string
  readonly host: string
  readonly port: string
  readonly path: string
}

/**
 * The name of the Git repository that a URL leads to: `host/path`, equal for its spellings with another scheme, user,
 * port for SSH, `.git`, slash or case of the host. `undefined` for a text that names no server, such as a local path.
 */
export function repositoryName(url: string): string | undefined {
  const address = addressOf(url.trim().replace(/^git::/, ''))
  if (address === undefined) return undefined
  const host = hostOf(address)
  const path = ignoresCase(host) ? pathOf(host, address.path).toLowerCase() : pathOf(host, address.path)
  return path === '' ? undefined : `${host}${portOf(address)}/${path}`
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443', git: '9418' }

function addressOf(url: string): Address | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? []
  if (scheme === '') return scpAddress(url)
  const [, host = '', port = '', path = ''] =
    /^(?:[^/?#]*@)?(\[[^\]/]*\]|[^/:?#]*)(?::(\d*))?(\/[^?#]*)?/s.exec(rest) ?? []
  const known = scheme.toLowerCase().replace(/^git\+|\+git$/, '')
  if (host === '' || !['http', 'https', 'ssh', 'git'].includes(known)) return undefined
  return { scheme: known, host, port, path }
}

/** `git@host:path`. A single letter before the colon is a drive, and a slash before it makes the text a path. */
function scpAddress(url: string): Address | undefined {
  const [, host = '', path = ''] = /^(?:[^/:@\s]+@)?(\[[^\]/]+\]|[^/:@\s[\]]{2,}):([^:].*)$/s.exec(url) ?? []
  return host === '' || path.startsWith('//') ? undefined : { scheme: 'ssh', host, port: '', path }
}

/** Names under which the same server answers on another port. */
const otherHosts: Readonly<Record<string, string>> = {
  'www.github.com': 'github.com',
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
  'ssh.dev.azure.com': 'dev.azure.com',
}

const hostOf = ({ host }: Address): string => {
  const lower = host.toLowerCase().replace(/\.$/, '')
  return otherHosts[lower] ?? lower
}

/** The port, where servers of one host differ by it. The port of SSH does not show the one of HTTP. */
const portOf = ({ scheme, port }: Address): string =>
  scheme === 'ssh' || port === '' || Number(port) === Number(defaultPorts[scheme]) ? '' : `:${Number(port)}`

/** Servers whose names of owners and repositories ignore case. */
const ignoresCase = (host: string): boolean =>
  /^(github|gitlab|gitea|forgejo|bitbucket)\.|^(codeberg\.org|dev\.azure\.com)$/.test(host)

function pathOf(host: string, path: string): string {
  const steps = percentDecoded(path)
    .split('/')
    .filter((step) => step !== '' && step !== '.')
  const last = (steps.at(-1) ?? '').replace(/\.git$/i, '')
  const named = last === '' ? steps.slice(0, -1) : [...steps.slice(0, -1), last]
  // Azure DevOps: `v3/org/project/name` over SSH, `org/project/_git/name` over HTTPS. Bitbucket: `scm/` over HTTPS.
  if (host === 'dev.azure.com') return named.filter((step) => step !== '_git' && step !== 'v3').join('/')
  return (named[0] === 'scm' ? named.slice(1) : named).join('/')
}

/** The branch that a revision names, `HEAD` for the default branch; the revision itself where it may name a tag. */
const revisionName = (revision: string | undefined): string => {
  const text = (revision ?? '').trim()
  return text === '' ? 'HEAD' : text.replace(/^refs\/(heads|remotes\/origin)\//, '')
}

/**
 * Why an edit of this repository does not reach the files of an origin: they are in another repository, or at another
 * revision than the branch that the run delivers to. `undefined` when it does. `subject` begins the sentence.
 */
export function outOfReach(
  origin: Origin,
  own: OwnRepository,
  subject = 'it is rolled out',
): string | undefined {
  const { repository, revision, path } = origin
  const name = repositoryName(repository)
  const place = `${path} at ${revisionName(revision)}`
  if (name === undefined)
    return `${subject} from ${place} of a repository whose URL names no Git server; change it there`
  if (own.names.length === 0)
    return `${subject} from ${place} of ${name}, and nothing says that this is that repository; if it is, add its URL to deliver.repositories`
  if (!own.names.includes(name))
    return `${subject} from ${place} of ${name}, which is not this repository (${own.names.join(', ')}); change it there, or add the URL to deliver.repositories if it is another name of this one`
  return otherRevision(origin, own, subject)
}

function otherRevision(
  { revision, path }: Origin,
  { branches, head }: OwnRepository,
  subject: string,
): string | undefined {
  const wanted = revisionName(revision)
  const branch = wanted === 'HEAD' ? head : wanted
  const reached = branches.length === 0 ? (head === undefined ? usualBranches : [head]) : branches
  if (branch === undefined || reached.includes(branch)) return undefined
  const shown = wanted === 'HEAD' ? `HEAD (${branch})` : wanted
  const delivers =
    branches.length === 0
      ? 'nothing says that this is that branch'
      : `this run delivers to ${branches.join(' or ')}`
  return `${subject} from ${path} at revision ${shown}, and ${delivers}; change the revision where it is declared, or run on that branch (deliver.base)`
}

/** A reason of `outOfReach` without the place in the other repository: the same for all that is rolled out from there. */
export const withoutPlace = (reason: string): string => reason.replace(/ from \S+ at \S+ of /, ' from ')

/** The usual names of default branches, for files of which no branch is known. */
const usualBranches: readonly string[] = ['main', 'master']
