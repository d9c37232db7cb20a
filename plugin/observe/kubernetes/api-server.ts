import type { KubeConfig, RequestContext } from '@kubernetes/client-node'
import * as z from 'zod'
import { stop } from '../../model/problem.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { isTimeout, networkReason, type Pause, Transient, withRetries } from '../request.ts'
import { shownUrl } from '../secrets.ts'

/** How to reach a cluster. */
export interface ApiServerOptions {
  /** Text of a kubeconfig. Left out: KUBECONFIG, `~/.kube/config`, then the service account of the pod. */
  readonly kubeconfig?: string
  /** Context of the kubeconfig; the current one when left out. */
  readonly context?: string
  /** Objects of one page of a list, 500 when left out. */
  readonly pageSize?: number
  /** Deadline of one request in milliseconds, 30,000 when left out. */
  readonly timeoutMs?: number
}

/** How a list ended. */
export type Listing = 'listed' | 'forbidden' | 'absent'

/** What to do with a list. */
export interface ListOptions {
  /** With `metadata`, servers that can leave out spec and status. */
  readonly detail: 'whole' | 'metadata'
  /** Takes every object, page by page. */
  readonly each: (item: unknown) => void
}

/** Lists objects of one API server; nothing else can be asked of it. */
export interface ApiServer {
  /** As the kubeconfig names it. */
  readonly url: string
  /**
   * `path` is that of the collection, `/apis/apps/v1/deployments` for example. A list whose position expires on the way
   * is begun again, and what was handed on before is handed on once only. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
   */
  list(path: string, options: ListOptions): Promise<Listing>
  /** The server's own version, `v1.34.2` for example; `undefined` where it does not tell. */
  version(): Promise<string | undefined>
}

/** Opens a cluster; the client library is loaded only here, for it takes a second. */
export async function openApiServer(options: ApiServerOptions, pause?: Pause): Promise<ApiServer> {
  const library = await import('@kubernetes/client-node')
  let config = loadConfig(new library.KubeConfig(), options)
  const server = config.getCurrentCluster()?.server ?? ''
  const send: Send = async ({ path, query, detail }) => {
    const parameters = new URLSearchParams(query).toString()
    const url = `${server.replace(/\/$/, '')}${path}${parameters && `?${parameters}`}`
    const request = new library.RequestContext(url, library.HttpMethod.GET)
    request.setHeaderParam('accept', accept[detail])
    await authenticate(config, request, server)
    request.setSignal(AbortSignal.timeout(options.timeoutMs ?? 30_000))
    const response = await new library.IsomorphicFetchHttpLibrary().send(request).toPromise()
    return { status: response.httpStatusCode, text: await response.body.text() }
  }
  // A token can end during a run: its file, or the plugin that made it, is then asked for another, once.
  const renewing: Send = async (request) => {
    const answer = await send(request)
    if (answer.status !== 401) return answer
    config = loadConfig(new library.KubeConfig(), options)
    return send(request)
  }
  const get: Send = (request) => withRetries(() => attempt(renewing, server, request), pause)
  const pageSize = options.pageSize ?? 500
  return {
    url: server,
    list: (path, { detail, each }) => list(get, { server, path, detail, pageSize, each }),
    version: async () => {
      const { status, text } = await get({ path: '/version', query: {}, detail: 'whole' })
      const version = status === 200 ? versionSchema.safeParse(parseJson(text)) : undefined
      return version?.data?.gitVersion
    },
  }
}

const versionSchema = z.object({ gitVersion: z.string() })

const accept = {
  whole: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json',
}

interface Request {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly detail: 'whole' | 'metadata'
}
interface Answer {
  readonly status: number
  readonly text: string
}
type Send = (request: Request) => Promise<Answer>

function loadConfig(config: KubeConfig, { kubeconfig, context }: ApiServerOptions): KubeConfig {
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromString(kubeconfig)
  } catch {
    // The reason can quote the file, and the file holds credentials.
    throw stop('kubernetes.unreachable', 'the kubeconfig cannot be read', {
      hint: 'Check it with `kubectl config view`.',
    })
  }
  const names = config.getContexts().map(({ name }) => name)
  if (context !== undefined) config.setCurrentContext(context)
  if (config.getCurrentCluster() !== null) return config
  const wanted = context === undefined ? 'no current context' : `no context ${context}`
  throw stop('kubernetes.unreachable', `the kubeconfig has ${wanted}, or its cluster is missing`, {
    hint: names.length === 0 ? 'Give a kubeconfig with a context.' : `Name one of ${names.join(', ')}.`,
  })
}

async function authenticate(config: KubeConfig, request: RequestContext, server: string): Promise<void> {
  try {
    await config.applySecurityAuthentication(request)
    for (const [name, value] of Object.entries(request.getHeaders()))
      if (/^authorization$/i.test(name)) keepSecret(value.split(' ').at(-1) ?? value)
  } catch (error) {
    // What a credential plugin printed can be the credential itself.
    const reason = error instanceof Error && error.message.startsWith('HTTP protocol') ? error.message : ''
    const message = `no credentials for the cluster at ${shownUrl(server)}${reason && `: ${reason}`}`
    throw stop('kubernetes.unreachable', message, {
      hint: 'Check that `kubectl get deployments` works here.',
    })
  }
}

async function attempt(send: Send, server: string, request: Request): Promise<Answer> {
  const shown = `the cluster at ${shownUrl(server)}`
  const lost = (reason: string): Error =>
    stop('kubernetes.unreachable', `${shown} cannot be reached: ${reason}`, {
      hint: 'Check the server of the kubeconfig context and that this machine may reach it.',
    })
  const answer = await send(request).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExpectedStop') throw error
    throw isTimeout(error) ? lost('no answer in time') : new Transient(lost(networkReason(error)))
  })
  if (answer.status === 401) {
    throw stop('kubernetes.refused', `${shown} does not accept the credentials (HTTP 401)`, {
      hint: 'Renew them, then check with `kubectl auth whoami`.',
    })
  }
  if (answer.status === 429 || answer.status >= 500) throw new Transient(lost(`HTTP ${answer.status}`))
  return answer
}

const pageSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  items: z.array(z.unknown()).nullish(),
})

interface ListRequest extends Omit<Request, 'query'> {
  readonly server: string
  readonly pageSize: number
  readonly each: (item: unknown) => void
}

/** Lists every page; a list that expired on the way (HTTP 410) is begun again, once. */
async function list(get: Send, request: ListRequest): Promise<Listing> {
  const seen = new Set<string>()
  const each = (item: unknown): void => {
    const named = identitySchema.safeParse(item)
    const key = named.success ? `${named.data.metadata.namespace}/${named.data.metadata.name}` : undefined
    if (key !== undefined && seen.has(key)) return
    if (key !== undefined) seen.add(key)
    request.each(item)
  }
  const once = { ...request, each }
  const listing = (await listPages(get, once)) ?? (await listPages(get, once))
  if (listing !== undefined) return listing
  throw unexpected(request, 410)
}

const identitySchema = z.object({
  metadata: z.object({ namespace: z.string().default(''), name: z.string() }),
})

/** `undefined` when the position in the list expired. */
async function listPages(get: Send, request: ListRequest): Promise<Listing | undefined> {
  const { path, detail, pageSize, each } = request
  let position: string | undefined = ''
  while (position !== undefined) {
    const query = { limit: String(pageSize), ...(position === '' ? {} : { continue: position }) }
    const { status, text } = await get({ path, detail, query })
    if (status === 403) return 'forbidden'
    if (status === 404) return 'absent'
    if (status === 410) return undefined
    const page = status === 200 ? parsePage(text) : undefined
    if (page === undefined) throw unexpected(request, status)
    for (const item of page.items ?? []) each(item)
    position = page.metadata?.continue || undefined
  }
  return 'listed'
}

const unexpected = ({ server, path }: ListRequest, status: number): Error =>
  stop(
    'kubernetes.refused',
    `the cluster at ${shownUrl(server)} answered HTTP ${status} to a list of ${path}`,
    {
      hint: 'Check that the server of the kubeconfig context is a Kubernetes API.',
    },
  )

function parsePage(text: string): z.infer<typeof pageSchema> | undefined {
  return pageSchema.safeParse(parseJson(text)).data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
