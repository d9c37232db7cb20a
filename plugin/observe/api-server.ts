import type { KubeConfig, RequestContext } from '@kubernetes/client-node'
import * as z from 'zod'
import { stop } from '../model/problem.ts'
import { isTimeout, networkReason, type Pause, Transient, withRetries } from './request.ts'
import { shownUrl } from './secrets.ts'

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

/** A listing: every object, or why the kind cannot be read. */
type Listing =
  | { readonly kind: 'listed'; readonly items: readonly unknown[] }
  | { readonly kind: 'forbidden' | 'absent' }

/** Lists objects of one API server; nothing else can be asked of it. */
export interface ApiServer {
  /**
   * `path` is that of the collection, `/apis/apps/v1/deployments` for example. With `metadata`, servers that can leave
   * out spec and status. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
   */
  list(path: string, detail?: 'whole' | 'metadata'): Promise<Listing>
}

/** Opens a cluster; the client library is loaded only here, for it takes a second. */
export async function openApiServer(options: ApiServerOptions, pause?: Pause): Promise<ApiServer> {
  const library = await import('@kubernetes/client-node')
  const config = loadConfig(new library.KubeConfig(), options)
  const server = config.getCurrentCluster()?.server ?? ''
  const send: Send = async ({ path, query, detail }) => {
    const url = `${server.replace(/\/$/, '')}${path}?${new URLSearchParams(query)}`
    const request = new library.RequestContext(url, library.HttpMethod.GET)
    request.setHeaderParam('accept', accept[detail])
    await authenticate(config, request, server)
    request.setSignal(AbortSignal.timeout(options.timeoutMs ?? 30_000))
    const response = await new library.IsomorphicFetchHttpLibrary().send(request).toPromise()
    return { status: response.httpStatusCode, text: await response.body.text() }
  }
  const get: Send = (request) => withRetries(() => attempt(send, server, request), pause)
  const pageSize = options.pageSize ?? 500
  return { list: (path, detail = 'whole') => list(get, { server, path, detail, pageSize }) }
}

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
      mend: 'Check it with `kubectl config view`.',
    })
  }
  const names = config.getContexts().map(({ name }) => name)
  if (context !== undefined) config.setCurrentContext(context)
  if (config.getCurrentCluster() !== null) return config
  const wanted = context === undefined ? 'no current context' : `no context ${context}`
  throw stop('kubernetes.unreachable', `the kubeconfig has ${wanted}, or its cluster is missing`, {
    mend: names.length === 0 ? 'Give a kubeconfig with a context.' : `Name one of ${names.join(', ')}.`,
  })
}

async function authenticate(config: KubeConfig, request: RequestContext, server: string): Promise<void> {
  try {
    await config.applySecurityAuthentication(request)
  } catch (error) {
    // What a credential plugin printed can be the credential itself.
    const reason = error instanceof Error && error.message.startsWith('HTTP protocol') ? error.message : ''
    const message = `no credentials for the cluster at ${shownUrl(server)}${reason && `: ${reason}`}`
    throw stop('kubernetes.unreachable', message, {
      mend: 'Check that `kubectl get deployments` works here.',
    })
  }
}

async function attempt(send: Send, server: string, request: Request): Promise<Answer> {
  const shown = `the cluster at ${shownUrl(server)}`
  const lost = (reason: string): Error =>
    stop('kubernetes.unreachable', `${shown} cannot be reached: ${reason}`, {
      mend: 'Check the server of the kubeconfig context and that this machine may reach it.',
    })
  const answer = await send(request).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExpectedStop') throw error
    throw isTimeout(error) ? lost('no answer in time') : new Transient(lost(networkReason(error)))
  })
  if (answer.status === 401) {
    throw stop('kubernetes.refused', `${shown} does not accept the credentials (HTTP 401)`, {
      mend: 'Renew them, then check with `kubectl auth whoami`.',
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
}

/** Lists every page; a list that expired on the way (HTTP 410) is begun again, once. */
async function list(get: Send, request: ListRequest): Promise<Listing> {
  const listing = (await listPages(get, request)) ?? (await listPages(get, request))
  if (listing !== undefined) return listing
  throw unexpected(request, 410)
}

/** `undefined` when the position in the list expired. */
async function listPages(get: Send, request: ListRequest): Promise<Listing | undefined> {
  const { path, detail, pageSize } = request
  const items: unknown[] = []
  let position: string | undefined = ''
  while (position !== undefined) {
    const query = { limit: String(pageSize), ...(position === '' ? {} : { continue: position }) }
    const { status, text } = await get({ path, detail, query })
    if (status === 403) return { kind: 'forbidden' }
    if (status === 404) return { kind: 'absent' }
    if (status === 410) return undefined
    const page = status === 200 ? parsePage(text) : undefined
    if (page === undefined) throw unexpected(request, status)
    for (const item of page.items ?? []) items.push(item)
    position = page.metadata?.continue || undefined
  }
  return { kind: 'listed', items }
}

const unexpected = ({ server, path }: ListRequest, status: number): Error =>
  stop(
    'kubernetes.refused',
    `the cluster at ${shownUrl(server)} answered HTTP ${status} to a list of ${path}`,
    {
      mend: 'Check that the server of the kubeconfig context is a Kubernetes API.',
    },
  )

function parsePage(text: string): z.infer<typeof pageSchema> | undefined {
  try {
    return pageSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
