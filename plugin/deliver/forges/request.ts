import { oneLine } from '../../model/escape-markdown.ts'
import { stop } from '../../model/problem.ts'

/** What a client says of a request that was refused. */
export interface Refusal {
  readonly status: number
  readonly message: string
}

/** A forge as messages name it, and how its client tells of refusals. */
export interface Asked {
  readonly name: string
  readonly place: { readonly file: string }
  readonly refusalOf: (error: unknown) => Refusal | undefined
}

/** Asks; what is refused is a `forge.refused` that says what we were doing and repeats nothing of the request. */
export type Ask = <T>(doing: string, request: () => Promise<T>) => Promise<T>

function hint(status: number): string {
  if (status === 429) return 'Run again later: the rate limit is used up.'
  if ([401, 403, 404].includes(status))
    return 'Give a token that sees this repository, and may write its branches, its change requests and its issues.'
  return status >= 500 ? 'Check the address and the network, then run again.' : 'Check base and branch.'
}

/** Makes what asks one forge. */
export const asking = ({ name, place, refusalOf }: Asked): Ask =>
  async function ask(doing, request) {
    try {
      return await request()
    } catch (error) {
      const refusal = refusalOf(error)
      const known = refusal ?? { status: 0, message: error instanceof TypeError ? 'no answer' : '' }
      if (refusal === undefined && !(error instanceof TypeError)) throw error
      const { status, message } = known
      const said = `${name} refused to ${doing} (HTTP ${status}): ${oneLine(message).slice(0, 300)}`
      throw stop('forge.refused', said, {
        place,
        hint: status === 0 ? 'Check the address and the network, then run again.' : hint(status),
        cause: { status },
      })
    }
  }
