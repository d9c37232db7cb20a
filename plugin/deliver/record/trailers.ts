import { readBlock } from './hidden-block.ts'

/** One value that a commit of ours says it changed. */
export interface TrailedChange {
  /** `[cluster/]namespace/Kind/name container field`, as `changeWords` writes it. */
  readonly key: string
  readonly from: string
  readonly to: string
  readonly rules: readonly string[]
  readonly file?: string
  readonly evidence?: string
}

/** A word of a trailer as it was before; what was never encoded stays. */
export function plainWord(text: string): string {
  if (text === '-') return ''
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What the words of a trailer are about; `undefined` for words that no trailer of ours has. */
export function addressIn(key: string) {
  const [place = '', container = '-', field = ''] = key.split(' ')
  const [name, kind, namespace, cluster, ...more] = place.split('/').map(plainWord).reverse()
  if (name === undefined || kind === undefined || namespace === undefined || more.length > 0) return undefined
  return {
    ...(cluster === undefined ? {} : { cluster }),
    workload: { namespace, kind, name },
    ...(container === '-' ? {} : { container: plainWord(container) }),
    field: plainWord(field),
  }
}

const changeLine = /^Tortoise-Change: (\S+ \S+ \S+) (\S+) (\S+) (\S+)(?: (\S+))?$/gm

/**
 * The values that a commit message says were changed. A forge that squashes writes the text of the pull request instead
 * of the commit's: there its hidden block says the same.
 */
export function changesIn(message: string): readonly TrailedChange[] {
  const evidence = /^Tortoise-Evidence: ([0-9a-f]+)$/m.exec(message)?.[1]
  const trailed = [...message.matchAll(changeLine)].map(
    ([, key = '', from = '', to = '', rules = '', file]): TrailedChange => ({
      key,
      from: plainWord(from),
      to: plainWord(to),
      rules: rules === '-' ? [] : rules.split(',').map(plainWord),
      ...(file === undefined ? {} : { file: plainWord(file) }),
      ...(evidence === undefined ? {} : { evidence }),
    }),
  )
  if (trailed.length > 0) return trailed
  return (readBlock(message)?.items ?? []).map((item) => ({ ...item, rules: [] }))
}
