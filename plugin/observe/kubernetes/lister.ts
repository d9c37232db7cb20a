import type * as z from 'zod'
import type { Progress } from '../../model/progress.ts'
import type { Pause } from '../request.ts'
import type { ApiServer } from './api-server.ts'
import { collectionPath, groupOf, type ListedKind } from './kinds.ts'

/** A kind that could not be read, why, and what is unknown for it. */
export interface Unread {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly reason: 'forbidden' | 'absent'
  /** Absent where the kind was asked for in the whole cluster. */
  readonly namespace?: string
  readonly loss: string
  /** True where its operator is simply not installed. */
  readonly expected: boolean
}

/** Where to read, and whom to tell. */
export interface ListerOptions {
  readonly cluster: string
  readonly namespaces: readonly string[]
  readonly progress: Progress
}

/** Lists kinds of one cluster; what cannot be read is told and kept in `unread`. */
export interface Lister {
  list<T>(kind: ListedKind, schema: z.ZodType<T>): Promise<readonly T[]>
  readonly unread: readonly Unread[]
}

/** A lister on an API server. */
export function lister(server: ApiServer, { cluster, namespaces, progress }: ListerOptions): Lister {
  const unread: Unread[] = []
  const warn = (text: string): void => progress({ kind: 'warning', message: `cluster ${cluster}: ${text}` })
  const miss = (kind: ListedKind, reason: Unread['reason'], namespace: string | undefined): void => {
    const { plural, api, loss, optional } = kind
    const expected = reason === 'absent' && optional === true
    unread.push({
      kind: kind.kind,
      group: groupOf(api),
      plural,
      reason,
      loss,
      expected,
      ...(namespace === undefined ? {} : { namespace }),
    })
    if (expected) return
    if (reason === 'absent') warn(`does not serve ${plural} of ${api}: ${loss}`)
    else warn(`may not list ${plural}${namespace === undefined ? '' : ` in ${namespace}`}: ${loss}`)
  }
  const list = async <T>(kind: ListedKind, schema: z.ZodType<T>): Promise<readonly T[]> => {
    const found: T[] = []
    let odd = 0
    for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
      const reason = await server.list(collectionPath(kind, namespace), {
        detail: kind.detail ?? 'whole',
        each: (item) => {
          const object = schema.safeParse(item)
          if (object.success) found.push(object.data)
          else odd += 1
        },
      })
      if (reason !== 'listed') miss(kind, reason, namespace)
    }
    if (odd > 0) warn(`${odd} ${kind.plural} have an unexpected shape and are left out`)
    return found
  }
  return { list, unread }
}

/** What reading a cluster needs from outside. */
export interface ClusterPorts {
  readonly progress: Progress
  readonly pause?: Pause
}
