import type { JsonObject } from '../../plugin/model/json.ts'
import { liveOf } from '../../plugin/model/live-declaration.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'
import type { TranslationContext } from '../release/declaring-kind.ts'
import { type MergedWithLive, mergeLive } from './merge-live.ts'

/** The object of a declaration, and the same one without pending edits. */
interface DeclaredObject {
  readonly object: JsonObject
  readonly base: JsonObject | undefined
  readonly kind: string
  readonly name: string
}

/** An object with those parts of its `spec` that the cluster has changed; as it is where no cluster was read. */
export function withLive(
  { object, base = object, kind, name }: DeclaredObject,
  { source, live }: Pick<TranslationContext, 'source' | 'live'>,
  keys: readonly string[],
): MergedWithLive {
  const found = liveOf({ kind, namespace: source.declaredBy.namespace, name }, live, source.cluster)
  return found === undefined
    ? { object, differences: [] }
    : mergeLive(object, { base, live: found.spec, keys })
}

/** A rollout that also names where the live object differs from Git. */
export const withDifferences = (rollout: Rollout, differences: readonly string[], name: string): Rollout =>
  differences.length === 0
    ? rollout
    : {
        ...rollout,
        differs: `${name} in the cluster differs from Git in ${differences.slice(0, 5).join(', ')}${differences.length > 5 ? ' and more' : ''}`,
      }
