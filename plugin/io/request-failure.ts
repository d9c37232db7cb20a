/** A request that failed for a reason that a person understands. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
}
