import * as z from 'zod'
import { stop } from '../../model/problem.ts'
import { shownUrl } from '../secrets.ts'

/** Whole objects, or their metadata only. */
export type Detail = 'whole' | 'metadata'

/** Status and body of a response. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends a GET request. */
export type Get = (request: {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly detail: Detail
}) => Promise<Answer>

/** A list of the objects of one collection. */
export interface ListRequest {
  readonly server: string
  readonly path: string
  readonly detail: Detail
  readonly fieldSelector?: string
  readonly pageSize: number
  readonly each: (item: unknown) => void
}

/**
 * Lists all pages of a collection; a list that expires on the way (HTTP 410) is repeated once, without objects that `each`
 * has already received. Rejects with `kubernetes.refused` on any other response.
 */
export async function listObjects(
  get: Get,
  request: ListRequest,
): Promise<'listed' | 'forbidden' | 'absent'> {
  const delivered = new Set<string>()
  const each = (item: unknown): void => {
    const named = identitySchema.safeParse(item)
    const key = named.success ? `${named.data.metadata.namespace}/${named.data.metadata.name}` : undefined
    if (key !== undefined && delivered.has(key)) return
    if (key !== undefined) delivered.add(key)
    request.each(item)
  }
  const deduplicated = { ...request, each }
  const listing = (await listPages(get, deduplicated)) ?? (await listPages(get, deduplicated))
  if (listing !== undefined) return listing
  throw unexpected(request, 410)
}

const identitySchema = z.object({
  metadata: z.object({ namespace: z.string().default(''), name: z.string() }),
})

const pageSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  items: z.array(z.unknown()).nullish(),
})

/** No cluster comes near: etcd holds a few gigabytes, and the largest clusters some 150,000 pods. */
const mostObjects = 2_000_000
const mostPages = 10_000
const mostEmptyPages = 20

/** `undefined` when the list expired. */
async function listPages(get: Get, request: ListRequest) {
  const { path, detail, fieldSelector, pageSize, each } = request
  const positions = new Set<string>()
  let position: string | undefined = ''
  let [objects, empty] = [0, 0]
  while (position !== undefined) {
    if (positions.has(position) || positions.size >= mostPages || objects > mostObjects)
      throw endless(request)
    positions.add(position)
    const query = {
      limit: String(pageSize),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(position === '' ? {} : { continue: position }),
    }
    const { status, text } = await get({ path, detail, query })
    if (status === 403) return 'forbidden'
    if (status === 404) return 'absent'
    if (status === 410) return undefined
    const page = status === 200 ? pageSchema.safeParse(parseJson(text)).data : undefined
    if (page === undefined) throw unexpected(request, status)
    const items = page.items ?? []
    for (const item of items) each(item)
    objects += items.length
    position = page.metadata?.continue || undefined
    // A page may be short, but a server that goes on without objects never ends.
    empty = items.length === 0 ? empty + 1 : 0
    if (empty > mostEmptyPages) throw endless(request)
  }
  return 'listed'
}

const endless = ({ server, path }: ListRequest): Error =>
  stop('kubernetes.refused', `the cluster at ${shownUrl(server)} sends a list of ${path} that does not end`, {
    hint: 'Check that the server of the kubeconfig context is a Kubernetes API, and what is between it and this machine.',
  })

const unexpected = ({ server, path }: ListRequest, status: number): Error =>
  stop(
    'kubernetes.refused',
    `the cluster at ${shownUrl(server)} answered HTTP ${status} to a list of ${path}`,
    { hint: 'Check that the server of the kubeconfig context is a Kubernetes API.' },
  )

/** Parses JSON; `undefined` when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
