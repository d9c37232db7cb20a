import type * as z from 'zod'
import type { Progress } from '../../model/progress.ts'
import type { Pause } from '../request.ts'
import type { ApiServer } from './api-server.ts'
import { collectionPath, groupOf, type ListedKind } from './kinds.ts'

/** A kind that cannot be read, why, and what is unknown without it. */
export interface UnreadKind {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly reason: 'forbidden' | 'absent'
  /** Left out when the kind was listed in the whole cluster. */
  readonly namespace?: string
  readonly loss: string
  /** True when its operator is not installed. */
  readonly expected: boolean
}

/** What to list, and the receiver of warnings. */
export interface ListerOptions {
  readonly cluster: string
  readonly namespaces: readonly string[]
  readonly progress: Progress
  /** Whether warnings of kinds that are forbidden wait for `report`. */
  readonly gathers?: boolean
}

/** Lists kinds of one cluster. Kinds that cannot be read are reported as warnings and added to `unread`. */
export interface Lister {
  list<T>(kind: ListedKind, schema: z.ZodType<T>): Promise<readonly T[]>
  readonly unread: readonly UnreadKind[]
  /** Warns of the kinds that are forbidden: each by itself if there are few. */
  report(): void
}

/** More forbidden kinds than these get one warning. */
const mostNamed = 3

/** A lister for an API server. */
export function lister(
  server: ApiServer,
  { cluster, namespaces, progress, gathers = false }: ListerOptions,
): Lister {
  const unread: UnreadKind[] = []
  const warn = (text: string): void => progress({ kind: 'warning', message: `cluster ${cluster}: ${text}` })
  const addUnread = (kind: ListedKind, reason: UnreadKind['reason'], namespace: string | undefined): void => {
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
    else if (!gathers) warn(forbiddenText({ plural, loss, namespace }))
  }
  const list = async <T>(kind: ListedKind, schema: z.ZodType<T>): Promise<readonly T[]> => {
    const found: T[] = []
    let unparsed = 0
    const isWhole = namespaces.length === 0 || kind.clusterWide === true
    for (const namespace of isWhole ? [undefined] : namespaces) {
      const reason = await server.list(collectionPath(kind, namespace), {
        detail: kind.detail ?? 'whole',
        ...(kind.fieldSelector === undefined ? {} : { fieldSelector: kind.fieldSelector }),
        each: (item) => {
          const object = schema.safeParse(item)
          if (object.success) found.push(object.data)
          else unparsed += 1
        },
      })
      if (reason !== 'listed') addUnread(kind, reason, namespace)
    }
    if (unparsed > 0) warn(`skipped ${unparsed} ${kind.plural} with an unexpected format`)
    return found
  }
  const report = (): void => {
    const forbidden = unread.filter(({ reason }) => reason === 'forbidden')
    if (forbidden.length <= mostNamed) for (const one of forbidden) warn(forbiddenText(one))
    else
      warn(`may not list ${manyKinds(forbidden)}. \`tortoise doctor --fix-hints\` prints the rules to grant`)
  }
  return { list, unread, report }
}

const forbiddenText = ({
  plural,
  namespace,
  loss,
}: Pick<UnreadKind, 'plural' | 'loss'> & { readonly namespace?: string | undefined }): string =>
  `may not list ${plural}${namespace === undefined ? '' : ` in ${namespace}`}: ${loss}`

/** Some of many kinds by name, and the number of the others: `deployments, jobs, pods and 7 more kinds`. */
export function manyKinds(unread: readonly Pick<UnreadKind, 'plural'>[]): string {
  const names = [...new Set(unread.map(({ plural }) => plural))]
  const more = names.length - mostNamed
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more kinds` : ''}`
}

/** The outside world as reading a cluster needs it. */
export interface ClusterPorts {
  readonly progress: Progress
  readonly pause?: Pause
}
