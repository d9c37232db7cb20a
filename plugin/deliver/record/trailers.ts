import { percentDecoded } from '../../model/percent-decoded.ts'
import { readBlock } from './hidden-block.ts'

/** One change that a commit message of Tortoise records. */
export interface TrailedChange {
  /** `[cluster/]namespace/Kind/name container field`, as `changeKey` returns it. */
  readonly key: string
  readonly from: string
  readonly to: string
  readonly rules: readonly string[]
  readonly file?: string
  readonly evidence?: string
  /** When the emergency ends that the commit begins, ISO 8601. */
  readonly until?: string
  /** The names of the workload in the manifests that the commit edited; set when its diff was compared. */
  readonly names?: readonly string[] | undefined
}

/** Decodes one word of a trailer. A word that is not validly encoded is returned unchanged. */
export function decodeWord(text: string): string {
  return text === '-' ? '' : percentDecoded(text)
}

/** Returns the address in a change key; `undefined` for a text that is not a change key. */
export function parseChangeKey(key: string) {
  const [place = '', container = '-', field = ''] = key.split(' ')
  const [name, kind, namespace, cluster, ...more] = place.split('/').map(decodeWord).reverse()
  if (name === undefined || kind === undefined || namespace === undefined || more.length > 0) return undefined
  return {
    ...(cluster === undefined ? {} : { cluster }),
    workload: { namespace, kind, name },
    ...(container === '-' ? {} : { container: decodeWord(container) }),
    field: decodeWord(field),
  }
}

const changeLine = /^Tortoise-Change: (\S+ \S+ \S+) (\S+) (\S+) (\S+)(?: (\S+))?$/gm

/**
 * Returns the changes that a commit message records. A forge that squashes may use the body of the pull request as the
 * message; then the hidden block has the changes.
 */
export function parseChanges(message: string): readonly TrailedChange[] {
  const evidence = /^Tortoise-Evidence: ([0-9a-f]+)$/m.exec(message)?.[1]
  const until = emergencyEnd(message)
  const trailed = [...message.matchAll(changeLine)].map(
    ([, key = '', from = '', to = '', rules = '', file]): TrailedChange => ({
      key,
      from: decodeWord(from),
      to: decodeWord(to),
      rules: rules === '-' ? [] : rules.split(',').map(decodeWord),
      ...(file === undefined ? {} : { file: decodeWord(file) }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(until === undefined ? {} : { until }),
    }),
  )
  if (trailed.length > 0) return trailed
  const block = readBlock(message)
  const begun = block?.until
  return (block?.items ?? []).map((item) => ({
    ...item,
    rules: item.rules ?? (begun === undefined ? [] : [emergencyRule]),
    ...(begun === undefined ? {} : { until: begun }),
  }))
}

/** The rule under which an emergency raises values. */
const emergencyRule = 'emergency.start'

/** The time in the trailer `Tortoise-Emergency`; `undefined` without one, or when it is no time. */
function emergencyEnd(message: string): string | undefined {
  const until = /^Tortoise-Emergency: until (\d{4}-\d{2}-\d{2}T[\d:.]{5,12}Z)$/m.exec(message)?.[1]
  return until === undefined || Number.isNaN(Date.parse(until)) ? undefined : until
}
