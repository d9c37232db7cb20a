import type { KubeConfig, RequestContext } from '@kubernetes/client-node'
import * as z from 'zod'
import { stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { isTimeout, networkReason, type Pause, TransientError, withRetries } from '../request.ts'
import { shownUrl } from '../secrets.ts'
import { openHttpLibrary } from './http-library.ts'
import { type CredentialPlugins, type KubeConfigOptions, loadKubeConfig } from './kube-config.ts'
import { type Answer, type Detail, type Get, listObjects, parseJson } from './list-objects.ts'

/** Address and credentials of a cluster. */
export interface ApiServerOptions extends KubeConfigOptions {
  /** Objects per page of a list; 500 when left out. */
  readonly pageSize?: number
  /** Deadline of one request in milliseconds; 30,000 when left out. */
  readonly timeoutMs?: number
}

/** The result of a list: the objects were listed, the API forbids it, or does not serve the kind. */
export type Listing = 'listed' | 'forbidden' | 'absent'

/** What to list, and what to do with the objects. */
export interface ListOptions {
  /** `metadata`: servers that can leave out spec and status. */
  readonly detail: Detail
  readonly fieldSelector?: string
  /** Called with every object, page by page. */
  readonly each: (item: unknown) => void
}

interface Login {
  readonly config: KubeConfig
  readonly plugins: CredentialPlugins | undefined
}

/** Lists objects of one API server. There are no other requests. */
export interface ApiServer {
  /** The server of the kubeconfig. */
  readonly url: string
  /** The name of the context in the kubeconfig; that of the pod's own cluster is not one that people chose. */
  readonly context: string
  /**
   * Lists a collection by its path, for example `/apis/apps/v1/deployments`. When the list expires on the way, it is repeated,
   * and `each` gets no object twice. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
   */
  list(path: string, options: ListOptions): Promise<Listing>
  /** The version of the server, for example `v1.34.2`; `undefined` when it does not answer with one. */
  version(): Promise<string | undefined>
}

/** Opens a cluster. The client library takes a second to load, so it is loaded only here. Rejects like `loadKubeConfig`. */
export async function openApiServer(options: ApiServerOptions, pause?: Pause): Promise<ApiServer> {
  const library = await import('@kubernetes/client-node')
  const http = await openHttpLibrary()
  let config = await loadKubeConfig(new library.KubeConfig(), options)
  const server = config.getCurrentCluster()?.server ?? ''
  const send: Get = async ({ path, query, detail }) => {
    const parameters = new URLSearchParams(query).toString()
    const url = `${server.replace(/\/$/, '')}${path}${parameters && `?${parameters}`}`
    const request = new library.RequestContext(url, library.HttpMethod.GET)
    request.setHeaderParam('accept', accept[detail])
    await authenticate({ config, plugins: options.plugins }, request, server)
    request.setSignal(AbortSignal.timeout(options.timeoutMs ?? 30_000))
    const response = await http.send(request).toPromise()
    return { status: response.httpStatusCode, text: await response.body.text() }
  }
  // A token can expire during a run. The kubeconfig is then loaded again, which renews it, and the request is sent once more.
  const sendRenewed: Get = async (request) => {
    const answer = await send(request)
    if (answer.status !== 401) return answer
    config = await loadKubeConfig(new library.KubeConfig(), options)
    return send(request)
  }
  const get: Get = (request) => withRetries(() => attempt(sendRenewed, server, request), pause)
  const pageSize = options.pageSize ?? 500
  return {
    url: server,
    context: config.getCurrentContext(),
    list: (path, options) => listObjects(get, { server, path, pageSize, ...options }),
    version: async () => {
      const { status, text } = await get({ path: '/version', query: {}, detail: 'whole' })
      const version = status === 200 ? versionSchema.safeParse(parseJson(text)) : undefined
      return version?.data && serverMessage(version.data.gitVersion)
    },
  }
}

const versionSchema = z.object({ gitVersion: z.string() })

const accept = {
  whole: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json',
}

/** Adds the credentials of the kubeconfig to a request, with the environment that a credential plugin needs. */
async function authenticate(
  { config, plugins }: Login,
  request: RequestContext,
  server: string,
): Promise<void> {
  const apply = (): Promise<void> => config.applySecurityAuthentication(request)
  try {
    await (plugins === undefined ? apply() : plugins.lend(apply))
    for (const [name, value] of Object.entries(request.getHeaders()))
      if (/^authorization$/i.test(name)) keepSecret(value.split(' ').at(-1) ?? value)
  } catch (error) {
    // The output of a credential plugin can be the credential itself.
    const reason = error instanceof Error && error.message.startsWith('HTTP protocol') ? error.message : ''
    const message = `no credentials for the cluster at ${shownUrl(server)}${reason && `: ${reason}`}`
    throw stop('kubernetes.unreachable', message, {
      hint: 'Check that `kubectl get deployments` works here.',
    })
  }
}

async function attempt(send: Get, server: string, request: Parameters<Get>[0]): Promise<Answer> {
  const shown = `the cluster at ${shownUrl(server)}`
  const unreachable = (reason: string): Error =>
    stop('kubernetes.unreachable', `${shown} cannot be reached: ${reason}`, {
      hint: 'Check the server of the kubeconfig context, and that this machine can reach it.',
    })
  const answer = await send(request).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExpectedStop') throw error
    throw isTimeout(error)
      ? unreachable('no answer in time')
      : new TransientError(unreachable(networkReason(error)))
  })
  if (answer.status === 401) {
    throw stop('kubernetes.refused', `${shown} does not accept the credentials (HTTP 401)`, {
      hint: 'Renew them, then check with `kubectl auth whoami`.',
    })
  }
  if (answer.status === 429 || answer.status >= 500)
    throw new TransientError(unreachable(`HTTP ${answer.status}`))
  return answer
}
